//! Who may ask what, decided before anything of a body is read: API keys and what is left to them,
//! the admin token.

use super::envelope::RequestId;
use super::held::hold;
use super::problem::Problem;
use super::{ApiState, audit, incoming, unversioned};
use crate::access::{Key, Place, RateRefused, RateState, Rules};
use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

pub(super) const API_KEY: HeaderName = HeaderName::from_static("x-api-key");
// draft-ietf-httpapi-ratelimit-headers-10
pub(super) const RATE_POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
pub(super) const RATE: HeaderName = HeaderName::from_static("ratelimit");

/// A run may take as long as its limits say; a second is the shortest that can be told.
const TRY_AGAIN: Duration = Duration::from_secs(1);

/// Who asked, for whoever executes and writes it down.
#[derive(Debug, Clone, Default)]
pub(super) struct Caller {
    /// The name of the key.
    pub(super) key: Option<Arc<str>>,
    pub(super) address: Option<SocketAddr>,
    pub(super) request_id: String,
    /// Held for as long as anything is done for this request.
    pub(super) place: Option<Arc<Place>>,
}

/// Refuses, or lets pass with a [`Caller`] for those who execute.
pub(super) async fn gate(
    State(state): State<Arc<ApiState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let rules = state.access.now();
    let works = brings_work(&request);
    let key = match may(&rules, &request) {
        Ok(key) => key.cloned(),
        Err(problem) => return refuse(request, works, None, problem.into_response()),
    };
    let mut caller = caller(&request);
    caller.key = key.as_ref().map(|key| key.name.clone());
    if !works {
        request.extensions_mut().insert(caller);
        return next.run(request).await;
    }
    let mut rate = None;
    if let Some(key) = &key {
        match admit(key) {
            Ok((place, left)) => (caller.place, rate) = (place.map(Arc::new), left),
            Err(response) => return refuse(request, true, caller.key, *response),
        }
    }
    let path = request.uri().path().to_owned();
    request.extensions_mut().insert(caller.clone());
    let mut response = next.run(request).await;
    if let Some(problem) = response.extensions().get::<Problem>() {
        audit::refused(&caller, &path, problem.code());
    }
    if let Some(left) = rate {
        let limit = (left.rate.burst.get(), left.rate.window());
        tell_rate(
            &mut response,
            limit,
            Some((left.remaining, left.more_after)),
        );
    }
    match caller.place {
        Some(place) => hold(response, place),
        None => response,
    }
}

/// What counts among a key's requests: whatever has programs executed, or kept for that. To go on with
/// a run does not.
fn brings_work(request: &Request) -> bool {
    let (path, query) = (unversioned(request.uri().path()), request.uri().query());
    let goes_on = || query.is_some_and(|query| query.contains("run_id="));
    match *request.method() {
        Method::POST => path.starts_with("/execute/") || path == "/jobs",
        Method::PUT => path.starts_with("/blobs/"),
        Method::GET => path.starts_with("/execute/") && path.ends_with("/ws") && !goes_on(),
        _ => false,
    }
}

/// Whose request it is; `None` where nobody has to say.
fn may<'a>(rules: &'a Rules, request: &Request) -> Result<Option<&'a Arc<Key>>, Box<Refused>> {
    let (path, headers) = (unversioned(request.uri().path()), request.headers());
    if path == "/admin" || path.starts_with("/admin/") {
        return match bearer(headers) {
            _ if !rules.has_admin() => Err(admin_disabled()),
            Some(token) if rules.is_admin(token) => Ok(None),
            _ => Err(unauthorized(
                "admin_token_wrong",
                "this takes the admin token: authorization: Bearer TOKEN",
            )),
        };
    }
    let Some(keys) = &rules.keys else {
        return Ok(None);
    };
    // Nothing of this server's is in the description, and no page can send a key for itself.
    if matches!(path, "/livez" | "/readyz" | "/openapi.json" | "/docs")
        || path.starts_with("/docs/")
    {
        return Ok(None);
    }
    let own = headers.get(API_KEY).and_then(|value| value.to_str().ok());
    let Some(secret) = bearer(headers).or(own) else {
        let way = "this server asks for an API key: authorization: Bearer KEY, or x-api-key: KEY";
        return Err(unauthorized("key_missing", way));
    };
    let only_looks = matches!(*request.method(), Method::GET | Method::HEAD);
    match keys.whose(secret) {
        Some(key) => Ok(Some(key)),
        None if only_looks && rules.is_admin(secret) => Ok(None),
        None => Err(unauthorized(
            "key_unknown",
            "this API key is not, or no longer, one of this server's",
        )),
    }
}

/// What is sent after the word `Bearer`, which is written in any case (RFC 9110, 11.1).
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    let secret = scheme
        .eq_ignore_ascii_case("bearer")
        .then_some(secret.trim());
    secret.filter(|secret| !secret.is_empty())
}

fn caller(request: &Request) -> Caller {
    let extensions = request.extensions();
    let address = extensions.get::<ConnectInfo<SocketAddr>>();
    let id = extensions.get::<RequestId>();
    Caller {
        address: address.map(|ConnectInfo(address)| *address),
        request_id: id.map_or_else(String::new, |RequestId(id)| id.clone()),
        ..Caller::default()
    }
}

/// A place first: whoever gets none has not used up one of his requests.
fn admit(key: &Key) -> Result<(Option<Place>, Option<RateState>), Box<Response>> {
    let place = key.place().map_err(|most| {
        let mut response = too_many_at_once(key, most).into_response();
        if let Some(rate) = key.limits.rate {
            tell_rate(&mut response, (rate.burst.get(), rate.window()), None);
        }
        response
    })?;
    let left = key.count().map_err(|refused| {
        let limit = (refused.rate.burst.get(), refused.rate.window());
        let mut response = rate_limited(key, refused).into_response();
        tell_rate(&mut response, limit, Some((0, refused.retry_after)));
        response
    })?;
    Ok((place, left))
}

/// The answer to a request that goes no further; the rest of its body is thrown away.
fn refuse(request: Request, works: bool, key: Option<Arc<str>>, response: Response) -> Response {
    if works && let Some(problem) = response.extensions().get::<Problem>() {
        let caller = Caller {
            key,
            ..caller(&request)
        };
        audit::refused(&caller, request.uri().path(), problem.code());
    }
    incoming::discard(request.into_body());
    response
}

/// The policy, and where it is known what is left of it and when there is more.
fn tell_rate(response: &mut Response, limit: (u32, Duration), left: Option<(u32, Duration)>) {
    let seconds = |time: Duration| time.as_millis().div_ceil(1000).max(1);
    let headers = response.headers_mut();
    let mut tell = |name: HeaderName, text: String| {
        if let Ok(value) = HeaderValue::from_str(&text) {
            headers.insert(name, value);
        }
    };
    let (burst, window) = limit;
    let window = seconds(window);
    tell(RATE_POLICY, format!("\"default\";q={burst};w={window}"));
    if let Some((remaining, more)) = left {
        let more = seconds(more);
        tell(RATE, format!("\"default\";r={remaining};t={more}"));
    }
}

/// A problem that asks for a secret.
struct Refused {
    problem: Problem,
    challenge: bool,
}

impl Refused {
    fn into_response(self) -> Response {
        let mut response = self.problem.into_response();
        if self.challenge {
            let value = HeaderValue::from_static("Bearer realm=\"warmbox\"");
            response.headers_mut().insert(WWW_AUTHENTICATE, value);
        }
        response
    }
}

fn unauthorized(code: &'static str, detail: &str) -> Box<Refused> {
    Box::new(Refused {
        problem: Problem::new(401, code, "Unauthorized", detail.to_owned()),
        challenge: true,
    })
}

fn admin_disabled() -> Box<Refused> {
    let detail = "this server has no admin token, so it takes no commands; see admin_token_file";
    Box::new(Refused {
        problem: Problem::new(403, "admin_disabled", "Forbidden", detail.to_owned()),
        challenge: false,
    })
}

fn too_many_at_once(key: &Key, most: u32) -> Problem {
    let detail = format!(
        "the key {:?} may have {most} requests under way at once, and has",
        key.name
    );
    Problem::new(429, "too_many_at_once", "Too many requests at once", detail)
        .with("key", &*key.name)
        .with("limit", most)
        .retry_after(TRY_AGAIN)
}

fn rate_limited(key: &Key, refused: RateRefused) -> Problem {
    let (often, burst) = (refused.rate.requests_per_minute, refused.rate.burst);
    let detail = format!(
        "the key {:?} may ask {often} times a minute, {burst} of them at once, and has",
        key.name
    );
    Problem::new(429, "rate_limited", "Too many requests", detail)
        .with("key", &*key.name)
        .with("limit", often.get())
        .with("burst", burst.get())
        .retry_after(refused.retry_after)
}
