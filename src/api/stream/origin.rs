//! Whose pages may open a WebSocket. Browsers let every page of every origin try, with no question
//! asked before (RFC 6455, section 10.2): a page somewhere could run programs on a server that only
//! its reader's machine reaches.

use crate::access::Access;
use crate::api::problem::Problem;
use crate::config::Cors;
use axum::http::HeaderMap;
use axum::http::header::{HOST, ORIGIN};

/// Whoever sends no origin is no page. One's own pages may, and those that the configuration names.
pub(super) fn check(access: &Access, headers: &HeaderMap) -> Result<(), Problem> {
    let Some(origin) = headers.get(ORIGIN) else {
        return Ok(());
    };
    let rules = access.now();
    let allowed = match rules.cors {
        Cors::Any => true,
        Cors::None => false,
        Cors::Origins(_) => rules.allows_origin(origin.as_bytes()),
    };
    if allowed
        || is_own(
            origin.as_bytes(),
            headers.get(HOST).map(|host| host.as_bytes()),
        )
    {
        return Ok(());
    }
    let detail = format!(
        "pages of {} may not ask this server; see the setting cors_origins",
        String::from_utf8_lossy(origin.as_bytes())
    );
    Err(Problem::new(403, "origin_refused", "Forbidden", detail))
}

fn is_own(origin: &[u8], host: Option<&[u8]>) -> bool {
    let after = |scheme: &[u8]| origin.strip_prefix(scheme);
    let named = after(b"http://").or_else(|| after(b"https://"));
    named.is_some() && named == host
}

#[cfg(test)]
mod tests {
    use super::is_own;

    #[test]
    fn a_page_is_ones_own_where_it_names_the_same_host() {
        assert!(is_own(b"http://127.0.0.1:5001", Some(b"127.0.0.1:5001")));
        assert!(is_own(b"https://box.example", Some(b"box.example")));
        assert!(!is_own(b"http://127.0.0.1:5002", Some(b"127.0.0.1:5001")));
        assert!(!is_own(b"null", Some(b"null")));
        assert!(!is_own(b"http://evil.example", None));
    }
}
