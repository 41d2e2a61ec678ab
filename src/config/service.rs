//! The settings of a server that others rely on: connections, who may ask, and when it refuses work
//! for its own sake.

use super::layers::{ConfigError, Layers};
use super::units;
use std::path::PathBuf;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);
/// Far above any use, far below any overflow.
const MAX_RESERVE: u64 = 1 << 50;

/// Connections from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NetSettings {
    /// At once.
    pub max_connections: usize,
    /// How long a request's head may take to arrive.
    pub header_timeout: Duration,
    /// How long its body may take.
    pub body_timeout: Duration,
    /// How long a run goes on that nobody follows any more.
    pub reconnect_grace: Duration,
    /// `None` speaks HTTP without TLS.
    pub tls: Option<TlsFiles>,
}

/// Two files in PEM.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlsFiles {
    pub cert: PathBuf,
    pub key: PathBuf,
}

/// Who may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessSettings {
    /// `None` asks nobody for a key.
    pub keys_file: Option<PathBuf>,
    /// `None` refuses all that needs the token.
    pub admin_token_file: Option<PathBuf>,
    pub cors: Cors,
    /// Whether the audit line of a run holds its source code.
    pub audit_code: bool,
}

/// Whose pages may ask.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cors {
    None,
    Any,
    /// As in the header `origin`.
    Origins(Vec<String>),
}

/// When new work is refused before the machine fails; 0 for never.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct GuardSettings {
    /// Free on each disk that the server writes to.
    pub disk_reserve_bytes: u64,
    /// Left on this machine and in the server's cgroup.
    pub memory_reserve_bytes: u64,
}

pub(super) fn net(at: &Layers<'_>) -> Result<NetSettings, ConfigError> {
    let ms = Duration::from_millis;
    let secs = Duration::from_secs;
    Ok(NetSettings {
        max_connections: at
            .number("max_connections", |s| &s.max_connections, 1..=100_000)?
            .unwrap_or(512),
        header_timeout: at
            .duration("header_timeout", |s| &s.header_timeout, ms(1)..=HOUR)?
            .unwrap_or(secs(10)),
        body_timeout: at
            .duration("body_timeout", |s| &s.body_timeout, ms(1)..=HOUR)?
            .unwrap_or(secs(30)),
        reconnect_grace: at
            .duration(
                "reconnect_grace",
                |s| &s.reconnect_grace,
                Duration::ZERO..=HOUR,
            )?
            .unwrap_or(secs(30)),
        tls: tls(at)?,
    })
}

/// Both or neither.
fn tls(at: &Layers<'_>) -> Result<Option<TlsFiles>, ConfigError> {
    let cert = at.path("tls_cert", |s| &s.tls_cert)?;
    let key = at.path("tls_key", |s| &s.tls_key)?;
    let both = cert.is_some() == key.is_some();
    let check = |_: &str| both.then_some(());
    at.read("tls_cert", |s| &s.tls_cert, "of use without tls_key", check)?;
    at.read("tls_key", |s| &s.tls_key, "of use without tls_cert", check)?;
    Ok(cert.zip(key).map(|(cert, key)| TlsFiles { cert, key }))
}

pub(super) fn access(at: &Layers<'_>) -> Result<AccessSettings, ConfigError> {
    let expected = "a list of origins such as https://a.example,http://localhost:3000, or *";
    Ok(AccessSettings {
        keys_file: at.path("keys_file", |s| &s.keys_file)?,
        admin_token_file: at.path("admin_token_file", |s| &s.admin_token_file)?,
        cors: at
            .read("cors_origins", |s| &s.cors_origins, expected, cors)?
            .unwrap_or(Cors::None),
        audit_code: at.flag("audit_code", |s| &s.audit_code)?.unwrap_or(false),
    })
}

fn cors(text: &str) -> Option<Cors> {
    let origins: Vec<_> = (text.split(','))
        .map(str::trim)
        .filter(|origin| !origin.is_empty())
        .map(str::to_owned)
        .collect();
    match &*origins {
        [] => Some(Cors::None),
        [all] if all == "*" => Some(Cors::Any),
        all => all
            .iter()
            .all(|it| is_origin(it))
            .then_some(Cors::Origins(origins)),
    }
}

/// A scheme, a host and perhaps a port, as browsers send them: no path, no slash at the end.
fn is_origin(text: &str) -> bool {
    let host = ["https://", "http://"]
        .iter()
        .find_map(|scheme| text.strip_prefix(scheme));
    host.is_some_and(|host| {
        let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b"-.:[]".contains(&b);
        !host.is_empty() && host.bytes().all(plain)
    })
}

pub(super) fn guards(at: &Layers<'_>) -> Result<GuardSettings, ConfigError> {
    let expected = format!("a size from 0 (none) to {MAX_RESERVE} bytes, such as 256MiB");
    let size = |text: &str| units::bytes(text).filter(|size| *size <= MAX_RESERVE);
    Ok(GuardSettings {
        disk_reserve_bytes: at
            .read(
                "disk_reserve_bytes",
                |s| &s.disk_reserve_bytes,
                &expected,
                size,
            )?
            .unwrap_or(256 << 20),
        memory_reserve_bytes: at
            .read(
                "memory_reserve_bytes",
                |s| &s.memory_reserve_bytes,
                &expected,
                size,
            )?
            .unwrap_or(128 << 20),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_what_browsers_send() {
        let list = Cors::Origins(vec![
            "https://a.example".into(),
            "http://localhost:3000".into(),
        ]);
        assert_eq!(cors("https://a.example, http://localhost:3000"), Some(list));
        assert_eq!(cors("*"), Some(Cors::Any));
        assert_eq!(cors(""), Some(Cors::None));
        for wrong in [
            "a.example",
            "https://a.example/",
            "https://",
            "*,https://a",
            "HTTPS://A",
        ] {
            assert_eq!(cors(wrong), None, "{wrong}");
        }
    }
}
