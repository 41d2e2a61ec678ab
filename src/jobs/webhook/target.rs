//! Where an end may be told, as a client wrote it: judged when it is sent, and by its addresses each
//! time something is told.

use super::address::is_public;
use std::net::{IpAddr, SocketAddr};
use url::{Host, Url};

const LONGEST: usize = 2048;

/// Why nothing is told there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    #[error("is not a URL: {0}")]
    NotAUrl(String),
    #[error("is longer than {LONGEST} bytes")]
    TooLong,
    #[error("must begin with https:// or http://")]
    Scheme,
    #[error("must not hold a user or a password; the signature tells who sends")]
    Credentials,
    #[error("has no host")]
    NoHost,
    #[error(
        "leads to {0}, which is not a public address; an operator can allow it (webhook_allow_private)"
    )]
    Private(IpAddr),
    #[error("has a host that has no address")]
    Nowhere,
}

/// A place that may be told something, for all that its name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Target {
    pub(super) url: Url,
    pub(super) is_https: bool,
    pub(super) port: u16,
    allow_private: bool,
}

impl Target {
    pub(super) fn parse(text: &str, allow_private: bool) -> Result<Self, TargetError> {
        if text.len() > LONGEST {
            return Err(TargetError::TooLong);
        }
        let url = Url::parse(text).map_err(|error| TargetError::NotAUrl(error.to_string()))?;
        let is_https = match url.scheme() {
            "https" => true,
            "http" => false,
            _ => return Err(TargetError::Scheme),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return Err(TargetError::Credentials);
        }
        let port = url.port_or_known_default().ok_or(TargetError::NoHost)?;
        let target = Self {
            url,
            is_https,
            port,
            allow_private,
        };
        // A name is judged when it is looked up: what it leads to now says nothing about later.
        if let Some(address) = target.literal()? {
            target.check(address)?;
        }
        Ok(target)
    }

    /// Its addresses, all of which may be told something.
    ///
    /// # Errors
    /// One that may not: then none is.
    pub(super) async fn addresses(&self) -> Result<Vec<SocketAddr>, TargetError> {
        if let Some(address) = self.literal()? {
            self.check(address)?;
            return Ok(vec![SocketAddr::new(address, self.port)]);
        }
        let name = self.url.host_str().ok_or(TargetError::NoHost)?;
        let found = tokio::net::lookup_host((name, self.port)).await;
        let found: Vec<SocketAddr> = found.map_err(|_| TargetError::Nowhere)?.collect();
        if found.is_empty() {
            return Err(TargetError::Nowhere);
        }
        for address in &found {
            self.check(address.ip())?;
        }
        Ok(found)
    }

    fn literal(&self) -> Result<Option<IpAddr>, TargetError> {
        match self.url.host() {
            None => Err(TargetError::NoHost),
            Some(Host::Domain("")) => Err(TargetError::NoHost),
            Some(Host::Domain(_)) => Ok(None),
            Some(Host::Ipv4(address)) => Ok(Some(address.into())),
            Some(Host::Ipv6(address)) => Ok(Some(address.into())),
        }
    }

    fn check(&self, address: IpAddr) -> Result<(), TargetError> {
        match self.allow_private || is_public(address) {
            true => Ok(()),
            false => Err(TargetError::Private(address)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_judged_however_it_is_spelled() {
        let refused = |text: &str| Target::parse(text, false).unwrap_err();
        for (text, address) in [
            ("http://127.0.0.1/", "127.0.0.1"),
            ("http://2130706433/", "127.0.0.1"),
            ("http://0x7f.1/", "127.0.0.1"),
            ("http://017700000001/", "127.0.0.1"),
            ("http://127.1:8080/", "127.0.0.1"),
            ("http://[::1]/", "::1"),
            ("https://[::ffff:10.0.0.1]/", "::ffff:10.0.0.1"),
            ("http://169.254.169.254/latest", "169.254.169.254"),
            ("http://0/", "0.0.0.0"),
        ] {
            let private = TargetError::Private(address.parse().unwrap());
            assert_eq!(refused(text), private, "{text}");
            assert!(Target::parse(text, true).is_ok(), "{text}");
        }
        assert_eq!(refused("ftp://a.example/"), TargetError::Scheme);
        assert_eq!(refused("file:///etc/passwd"), TargetError::Scheme);
        assert_eq!(refused("https://u:p@a.example/"), TargetError::Credentials);
        assert_eq!(refused("https://u@a.example/"), TargetError::Credentials);
        assert!(matches!(refused("a.example"), TargetError::NotAUrl(_)));
        assert!(matches!(refused("https://"), TargetError::NotAUrl(_)));
        let long = format!("https://a.example/{}", "x".repeat(LONGEST));
        assert_eq!(refused(&long), TargetError::TooLong);
        let taken = Target::parse("https://a.example/x?y=1", false).unwrap();
        assert_eq!((taken.port, taken.is_https), (443, true));
    }

    #[tokio::test]
    async fn a_name_that_leads_home_is_refused_when_it_is_looked_up() {
        let target = Target::parse("http://localhost:9/", false).unwrap();
        let refused = target.addresses().await.unwrap_err();
        assert!(matches!(refused, TargetError::Private(_)), "{refused}");
        let allowed = Target::parse("http://localhost:9/", true).unwrap();
        assert!(!allowed.addresses().await.unwrap().is_empty());
    }
}
