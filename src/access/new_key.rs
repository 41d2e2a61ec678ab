//! A key that nobody has had before, and its entry in the keys file.

use super::file::{PREFIX, check_name, limits};
use super::limits::KeyLimits;
use super::{Digest, digest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use std::fmt::Write;

/// A new key. Its secret is told once, by whoever made it.
pub struct NewKey {
    pub secret: String,
    name: String,
    limits: KeyLimits,
}

/// Why there is no new key.
#[derive(Debug, thiserror::Error)]
pub enum NewKeyError {
    #[error("{field} {why}")]
    Field { field: &'static str, why: String },
    #[error("the system has no randomness: {0}")]
    Random(getrandom::Error),
}

impl NewKey {
    /// Makes a key with these limits: requests a minute, at once, and under way.
    ///
    /// # Errors
    /// A name or a limit that no keys file may have.
    pub fn make(
        name: &str,
        requests_per_minute: Option<u32>,
        burst: Option<u32>,
        concurrency: Option<u32>,
    ) -> Result<Self, NewKeyError> {
        let wrong = |field, why| NewKeyError::Field { field, why };
        check_name(name).map_err(|why| wrong("name", why.to_owned()))?;
        let limits = limits(requests_per_minute, burst, concurrency)
            .map_err(|(field, why)| wrong(field, why))?;
        let mut bits = [0; 32];
        getrandom::fill(&mut bits).map_err(NewKeyError::Random)?;
        Ok(Self {
            secret: format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bits)),
            name: name.to_owned(),
            limits,
        })
    }

    /// Its entry, as the keys file has it.
    pub fn entry(&self) -> String {
        let sha256 = hex(&digest(self.secret.as_bytes()));
        let mut entry = format!("[[key]]\nname = \"{}\"\nsha256 = \"{sha256}\"\n", self.name);
        if let Some(rate) = self.limits.rate {
            let (often, burst) = (rate.requests_per_minute, rate.burst);
            let _ = write!(entry, "requests_per_minute = {often}\nburst = {burst}\n");
        }
        if let Some(most) = self.limits.concurrency {
            let _ = writeln!(entry, "concurrency = {most}");
        }
        entry
    }
}

/// As `sha256sum` writes it.
pub(crate) fn hex(digest: &Digest) -> String {
    let mut text = String::with_capacity(2 * digest.len());
    for byte in digest {
        let _ = write!(text, "{byte:02x}");
    }
    text
}
