//! By what a receiver knows that it is us who tell: the signatures of Standard Webhooks
//! (github.com/standard-webhooks, version 1.0.0).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::fmt;
use std::path::{Path, PathBuf};

/// How the standard marks a secret that is written in base64.
const PREFIX: &str = "whsec_";
/// The standard asks for 24 to 64 bytes.
const SHORTEST: usize = 24;
const LONGEST: usize = 64;

#[derive(Debug, thiserror::Error)]
pub enum SecretError {
    #[error("cannot read webhook_secret_file {path}: {source}")]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error(
        "webhook_secret_file {path}: line {line} {why}; a line is whsec_ and 24 to 64 bytes in base64: \
         echo whsec_$(head -c 32 /dev/urandom | base64 -w 0)"
    )]
    Line {
        path: PathBuf,
        line: usize,
        why: &'static str,
    },
}

/// The secrets that messages are signed with: while one is being replaced there are two.
#[derive(Clone, PartialEq, Eq)]
pub struct Secrets(Vec<Vec<u8>>);

impl Secrets {
    pub fn load(path: &Path) -> Result<Self, SecretError> {
        let text = std::fs::read_to_string(path).map_err(|source| SecretError::Read {
            path: path.to_owned(),
            source,
        })?;
        Self::from_text(&text).map_err(|(line, why)| SecretError::Line {
            path: path.to_owned(),
            line,
            why,
        })
    }

    fn from_text(text: &str) -> Result<Self, (usize, &'static str)> {
        let mut all = Vec::new();
        for (number, line) in (1..).zip(text.lines()) {
            let line = line.trim();
            if line.is_empty() {
                continue;
            }
            let base64 = line
                .strip_prefix(PREFIX)
                .ok_or((number, "does not begin with whsec_"))?;
            let secret = STANDARD
                .decode(base64)
                .map_err(|_| (number, "is not base64"))?;
            if !(SHORTEST..=LONGEST).contains(&secret.len()) {
                return Err((number, "is too short or too long"));
            }
            all.push(secret);
        }
        match all.is_empty() {
            true => Err((1, "is missing")),
            false => Ok(Self(all)),
        }
    }

    /// The header `webhook-signature`: one signature for each secret.
    pub(super) fn sign(&self, id: &str, timestamp_s: u64, body: &[u8]) -> String {
        let sign = |secret: &Vec<u8>| {
            // A key of any length will do for HMAC.
            let mut mac = Hmac::<Sha256>::new_from_slice(secret).ok()?;
            mac.update(format!("{id}.{timestamp_s}.").as_bytes());
            mac.update(body);
            Some(format!(
                "v1,{}",
                STANDARD.encode(mac.finalize().into_bytes())
            ))
        };
        let all: Vec<String> = self.0.iter().filter_map(sign).collect();
        all.join(" ")
    }
}

impl fmt::Debug for Secrets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} secrets", self.0.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_those_of_the_standard() {
        // The example of the standard's own libraries.
        let secrets = Secrets::from_text("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw\n").unwrap();
        let signed = secrets.sign(
            "msg_p5jXN8AQM9LWM0D4loKWxJek",
            1_614_265_330,
            b"{\"test\": 2432232314}",
        );
        assert_eq!(signed, "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn two_secrets_sign_twice_and_what_is_wrong_is_told() {
        let one = format!("whsec_{}", STANDARD.encode([7; 32]));
        let other = format!("whsec_{}", STANDARD.encode([8; 24]));
        let both = Secrets::from_text(&format!("{one}\n\n{other}\n")).unwrap();
        assert_eq!(both.sign("a", 1, b"b").split(' ').count(), 2);
        let wrong = |text: &str| Secrets::from_text(text).unwrap_err();
        assert_eq!(wrong("secret"), (1, "does not begin with whsec_"));
        assert_eq!(wrong(&format!("{one}\nwhsec_!")), (2, "is not base64"));
        assert_eq!(wrong("whsec_c2hvcnQ="), (1, "is too short or too long"));
        assert_eq!(wrong(" \n"), (1, "is missing"));
        assert!(!format!("{both:?}").contains('7'));
    }
}
