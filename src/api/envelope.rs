//! What every response has in common: request id, instance, version, problem documents, one log
//! line, and no way for a panic to leave without an answer.

use super::problem::Problem;
use super::{ApiState, VERSION};
use axum::extract::{Request, State};
use axum::http::header::SERVER;
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::any::Any;
use std::sync::Arc;
use std::time::Instant;
use tracing::Instrument;
use uuid::Uuid;

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const INSTANCE: HeaderName = HeaderName::from_static("x-warmbox-instance");

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
        version = VERSION
    );
    let line = AccessLine::new(request.method().clone(), request.uri().path().to_owned());
    async move {
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
        line.finish(
            response.status().as_u16(),
            problem.as_ref().map(Problem::code),
        );
        response
    }
    .instrument(span)
    .await
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
