//! The keys file: `[[key]]` entries in TOML. Its errors name the key and the field, and never quote
//! a value: somebody will put the key itself there.

use super::limits::{KeyLimits, Rate};
use super::{Digest, Key, Keys};
use serde::Deserialize;
use std::collections::HashMap;
use std::num::NonZeroU32;

/// Far above any use; the times that follow from them fit into what the limiter counts in.
const MOST_PER_MINUTE: u32 = 1_000_000;
const MOST_AT_ONCE: u32 = 100_000;
const LONGEST_NAME: usize = 64;
/// What every key begins with, so that one that leaked is recognised.
pub(super) const PREFIX: &str = "wbx_";

/// What is wrong with a keys file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum KeysFileError {
    #[error("line {line}: {text}")]
    Toml { line: usize, text: String },
    #[error("key {number}{named}: {field}: {text}", named = named(.name))]
    Field {
        /// Which of the entries, from 1.
        number: usize,
        /// Its name, as far as it has one.
        name: String,
        field: String,
        text: String,
    },
}

fn named(name: &str) -> String {
    match name {
        "" => String::new(),
        name => format!(" ({name:?})"),
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    key: Vec<toml::Table>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenKey {
    name: String,
    sha256: String,
    requests_per_minute: Option<u32>,
    burst: Option<u32>,
    concurrency: Option<u32>,
}

/// Whether a key may be called so: it stands in log lines, problems and error texts.
pub(super) fn check_name(name: &str) -> Result<(), &'static str> {
    let plain = |b: u8| b.is_ascii_alphanumeric() || b"-_.".contains(&b);
    if name.is_empty() || name.len() > LONGEST_NAME || !name.bytes().all(plain) {
        return Err("takes 1 to 64 letters, digits, '-', '_' and '.'");
    }
    match name.starts_with(PREFIX) {
        true => Err("is a key itself; give it a name"),
        false => Ok(()),
    }
}

/// The limits of a key, or the field that is wrong and why.
pub(super) fn limits(
    requests_per_minute: Option<u32>,
    burst: Option<u32>,
    concurrency: Option<u32>,
) -> Result<KeyLimits, (&'static str, String)> {
    let number = |field: &'static str, value: Option<u32>, most: u32| {
        let within = |value: u32| match NonZeroU32::new(value) {
            Some(value) if value.get() <= most => Ok(value),
            _ => Err((field, format!("takes whole numbers from 1 to {most}"))),
        };
        value.map(within).transpose()
    };
    let rate = number("requests_per_minute", requests_per_minute, MOST_PER_MINUTE)?;
    let burst = number("burst", burst, MOST_PER_MINUTE)?;
    let concurrency = number("concurrency", concurrency, MOST_AT_ONCE)?;
    if burst.is_some() && rate.is_none() {
        let why = "means nothing without requests_per_minute";
        return Err(("burst", why.to_owned()));
    }
    let rate = rate.map(|requests_per_minute| Rate {
        requests_per_minute,
        burst: burst.unwrap_or(requests_per_minute),
    });
    Ok(KeyLimits { rate, concurrency })
}

impl Keys {
    /// The keys of a file's text.
    pub(super) fn from_toml(text: &str) -> Result<Self, KeysFileError> {
        let written: Written = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            let before = text.get(..at).unwrap_or_default();
            KeysFileError::Toml {
                line: before.matches('\n').count() + 1,
                text: first_line(error.message()),
            }
        })?;
        let (mut names, mut digests) = (HashMap::new(), HashMap::new());
        let mut keys = Vec::with_capacity(written.key.len());
        for (number, table) in (1..).zip(written.key) {
            let key = read_key(number, table)?;
            let other = names
                .insert(key.name.clone(), number)
                .map(|it| ("name", it));
            let same = digests.insert(key.digest, number).map(|it| ("sha256", it));
            if let Some((field, other)) = other.or(same) {
                return Err(KeysFileError::Field {
                    number,
                    name: key.name.to_string(),
                    field: field.to_owned(),
                    text: format!("is that of key {other} as well"),
                });
            }
            keys.push(key);
        }
        Ok(Self::of(keys))
    }
}

fn read_key(number: usize, table: toml::Table) -> Result<Key, KeysFileError> {
    let name = table.get("name").and_then(toml::Value::as_str);
    // A name that is none is not repeated either.
    let name = name.filter(|name| check_name(name).is_ok());
    let name = name.unwrap_or_default().to_owned();
    let wrong = |field: &str, text: &str| KeysFileError::Field {
        number,
        name: name.clone(),
        field: field.to_owned(),
        text: text.to_owned(),
    };
    let written: WrittenKey = serde_path_to_error::deserialize(toml::Value::Table(table))
        .map_err(|error| match error.path().to_string().as_str() {
            "." | "" => wrong("entry", &first_line(error.inner().message())),
            // The message would quote the value.
            field if first_line(error.inner().message()).starts_with("unknown") => {
                wrong(field, "is not a field; there are name, sha256, requests_per_minute, burst and concurrency")
            }
            field @ ("name" | "sha256") => wrong(field, "takes a text"),
            field => wrong(field, "takes a whole number"),
        })?;
    check_name(&written.name).map_err(|why| wrong("name", why))?;
    let digest = read_digest(&written.sha256).ok_or_else(|| {
        wrong(
            "sha256",
            "takes 64 hex digits; `warmbox key NAME` prints an entry",
        )
    })?;
    let limits = limits(
        written.requests_per_minute,
        written.burst,
        written.concurrency,
    )
    .map_err(|(field, why)| wrong(field, &why))?;
    Ok(Key::new(&written.name, digest, limits))
}

fn read_digest(text: &str) -> Option<Digest> {
    let mut digest = Digest::default();
    if text.len() != 2 * digest.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    for (at, byte) in digest.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&text[2 * at..2 * at + 2], 16).ok()?;
    }
    Some(digest)
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
