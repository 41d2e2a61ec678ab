//! What every response has in common: request id, instance, version, problem documents, one log
//! line, and no way for a panic to leave without an answer.

use super::problem::Problem;
use super::{ApiState, VERSION};
use axum::extract::{MatchedPath, Request, State};
use axum::http::header::{CONNECTION, SERVER};
use axum::http::{HeaderName, HeaderValue, Method, Version};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

pub(super) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACEPARENT: HeaderName = HeaderName::from_static("traceparent");
pub(super) const INSTANCE: HeaderName = HeaderName::from_static("x-warmbox-instance");

/// The id of the request, for whoever needs to pass it on.
#[derive(Debug, Clone)]
pub(super) struct RequestId(pub(super) String);

pub(super) async fn envelope(
    State(state): State<Arc<ApiState>>,
    mut request: Request,
    next: Next,
) -> Response {
    let id = request_id(&request);
    request.extensions_mut().insert(RequestId(id.clone()));
    let span = tracing::info_span!(
        "request",
        request_id = %id,
        instance = state.instance,
        version = VERSION,
        trace_id = tracing::field::Empty
    );
    #[cfg(feature = "otel")]
    crate::traces::follow(&span, request.headers());
    if let Some(trace) = trace_id(&request) {
        span.record("trace_id", trace);
    }
    let line = AccessLine::new(request.method().clone(), request.uri().path().to_owned());
    // The pattern: paths are as many as clients make up.
    let route = request.extensions().get::<MatchedPath>();
    let route = route.map_or("unknown", MatchedPath::as_str).to_owned();
    let http1 = request.version() < Version::HTTP_2;
    async move {
        let _in_flight = state.metrics.in_flight();
        let mut response = next.run(request).await;
        let problem = response.extensions_mut().remove::<Problem>();
        if let Some(problem) = &problem {
            *response.body_mut() = problem.write(&id);
        }
        let headers = response.headers_mut();
        for (name, value) in [(REQUEST_ID, &id), (INSTANCE, &state.instance)] {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(name, value);
            }
        }
        headers.insert(
            SERVER,
            HeaderValue::from_static(concat!("warmbox/", env!("CARGO_PKG_VERSION"))),
        );
        debug_assert_eq!(VERSION, env!("CARGO_PKG_VERSION"));
        // The next server answers on the next connection; HTTP/2 has a word of its own for it.
        if http1 && state.service.is_stopping() {
            headers.insert(CONNECTION, HeaderValue::from_static("close"));
        }
        let (status, code) = (
            response.status().as_u16(),
            problem.as_ref().map(Problem::code),
        );
        let method = known(&line.method);
        (state.metrics).answered(&route, method, status, code, line.start.elapsed());
        line.finish(status, code);
        response
    }
    .instrument(span)
    .await
}

/// The trace that the client's request is a part of, by its header `traceparent` (W3C Trace Context,
/// version 00): `00-TRACE-PARENT-FLAGS` in lower case hexadecimal.
fn trace_id(request: &Request) -> Option<&str> {
    let mut parts = request
        .headers()
        .get(TRACEPARENT)?
        .to_str()
        .ok()?
        .split('-');
    let hex = |text: &&str, digits: usize| {
        let digit = |b: u8| b.is_ascii_digit() || (b'a'..=b'f').contains(&b);
        text.len() == digits && text.bytes().all(digit)
    };
    let version = parts.next()?;
    let trace = parts
        .next()
        .filter(|it| hex(it, 32) && it.bytes().any(|b| b != b'0'))?;
    parts.next().filter(|it| hex(it, 16))?;
    parts.next().filter(|it| hex(it, 2))?;
    (version == "00").then_some(trace)
}

/// A method as a label: a client may make up others without end.
fn known(method: &Method) -> &str {
    match method.as_str() {
        known @ ("GET" | "POST" | "PUT" | "DELETE" | "HEAD" | "OPTIONS" | "PATCH") => known,
        _ => "other",
    }
}

/// The client's own id where it can stand in a header and a log line, else a new one.
fn request_id(request: &Request) -> String {
    request
        .headers()
        .get(REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (1..=128).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic())
        })
        .map_or_else(|| Uuid::now_v7().to_string(), str::to_owned)
}

/// The answer to a request whose handler panicked, from inside the layer that caught it.
pub(super) fn panicked(panic: Box<dyn Any + Send>) -> Response {
    tracing::error!(panic = message(panic.as_ref()), "a handler panicked");
    Problem::internal().into_response()
}

fn message(panic: &(dyn Any + Send)) -> &str {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no message")
}

/// One line for every request, also for one whose client went away.
struct AccessLine {
    method: Method,
    path: String,
    start: Instant,
    finished: bool,
}

impl AccessLine {
    fn new(method: Method, path: String) -> Self {
        Self {
            method,
            path,
            start: Instant::now(),
            finished: false,
        }
    }

    fn duration_ms(&self) -> f64 {
        crate::run::answer::as_ms(self.start.elapsed())
    }

    fn finish(mut self, status: u16, code: Option<&str>) {
        self.finished = true;
        let duration_ms = self.duration_ms();
        tracing::info!(method = %self.method, path = self.path, status, code, duration_ms, "request finished");
    }
}

impl Drop for AccessLine {
    fn drop(&mut self) {
        if !self.finished {
            let duration_ms = self.duration_ms();
            tracing::info!(method = %self.method, path = self.path, duration_ms, "client went away");
        }
    }
}
