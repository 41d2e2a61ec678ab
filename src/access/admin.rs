//! The admin token: one secret that an operator chose, kept as its digest.

use super::{Digest, digest};
use subtle::ConstantTimeEq;

/// Fewer could be tried out.
const LEAST_BYTES: usize = 16;

pub(super) struct AdminToken(Digest);

impl AdminToken {
    /// The token of a file's text, without the white space around it.
    pub(super) fn from_text(text: &str) -> Result<Self, &'static str> {
        let token = text.trim();
        if token.len() < LEAST_BYTES {
            return Err("is shorter than 16 bytes; `openssl rand -hex 32` makes one");
        }
        if !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("has characters that cannot stand in a header; take visible ASCII");
        }
        Ok(Self(digest(token.as_bytes())))
    }

    /// In constant time, and of digests: neither a place nor a length can be found out.
    pub(super) fn is(&self, other: &Digest) -> bool {
        self.0.ct_eq(other).into()
    }

    pub(super) fn digest(&self) -> &Digest {
        &self.0
    }
}

impl std::fmt::Debug for AdminToken {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("AdminToken")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_long_and_fits_into_a_header() {
        let token = AdminToken::from_text("  0123456789abcdef\n").unwrap();
        assert!(token.is(&digest(b"0123456789abcdef")));
        assert!(!token.is(&digest(b"0123456789abcdeF")));
        for (text, why) in [
            ("0123456789abcde\n", "shorter"),
            ("", "shorter"),
            ("0123456789 abcdef", "header"),
            ("0123456789äbcdef", "header"),
        ] {
            assert!(
                AdminToken::from_text(text).unwrap_err().contains(why),
                "{text}"
            );
        }
    }
}
