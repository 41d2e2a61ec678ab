//! Errors as RFC 9457 problem documents. Only here and where problems are made are status codes
//! known. `code` is stable: clients may depend on it; titles and details may change.

use super::service::ServiceError;
use axum::body::Body;
use axum::http::header::{CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::time::Duration;

/// The longest text of a problem that may quote a request: enough to recognise it by.
const MAX_TEXT_BYTES: usize = 1000;

/// One problem. As a response it is empty until the envelope writes it with the request's id.
#[derive(Debug, Clone, PartialEq)]
pub struct Problem {
    status: u16,
    code: &'static str,
    title: &'static str,
    detail: String,
    members: Map<String, Value>,
    retry_after: Option<Duration>,
}

impl Problem {
    /// Tells the client when it may ask again.
    pub(super) fn retry_after(self, time: Duration) -> Self {
        Self {
            retry_after: Some(time),
            ..self
        }
    }

    pub(super) fn new(
        status: u16,
        code: &'static str,
        title: &'static str,
        detail: String,
    ) -> Self {
        Self {
            status,
            code,
            title,
            detail: shortened(&detail).into_owned(),
            members: Map::new(),
            retry_after: None,
        }
    }

    /// A field of the body that cannot be accepted.
    pub(super) fn field(code: &'static str, field: impl Into<String>, detail: String) -> Self {
        let field = field.into();
        Self::new(422, code, "Unprocessable request", detail).with("field", shortened(&field))
    }

    /// Adds an extension member.
    pub(super) fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.members.insert(name.to_owned(), value.into());
        self
    }

    /// The same of a part of a body: its field is found below `place`.
    pub(super) fn within(mut self, place: &str) -> Self {
        let field = match self.members.get("field").and_then(Value::as_str) {
            Some(field) => format!("{place}.{field}"),
            None => place.to_owned(),
        };
        let field = shortened(&field).into_owned();
        self.members.insert("field".to_owned(), field.into());
        self.detail = shortened(&format!("{place}: {}", self.detail)).into_owned();
        self
    }

    /// What it says, for those who keep it.
    /// Whether another try may end otherwise.
    pub(super) fn is_for_now(&self) -> bool {
        self.status >= 500 || self.status == 429
    }

    pub(super) fn code(&self) -> &'static str {
        self.code
    }

    pub(super) fn detail(&self) -> &str {
        &self.detail
    }

    pub(super) fn status(&self) -> u16 {
        self.status
    }

    /// Code and detail, for where there is room for a line.
    pub(super) fn reason(&self) -> String {
        format!("{}: {}", self.code, self.detail)
    }

    /// The document, with the id under which the logs know it.
    pub(super) fn write(&self, request_id: &str) -> Body {
        Body::from(self.text(request_id))
    }

    /// The same as a part of another.
    pub(super) fn document(&self, request_id: &str) -> Box<RawValue> {
        RawValue::from_string(self.text(request_id)).unwrap_or_default()
    }

    fn text(&self, request_id: &str) -> String {
        #[derive(Serialize)]
        struct Document<'a> {
            r#type: String,
            title: &'a str,
            status: u16,
            detail: &'a str,
            code: &'a str,
            request_id: &'a str,
            #[serde(flatten)]
            members: &'a Map<String, Value>,
        }
        let document = Document {
            r#type: format!("urn:warmbox:problem:{}", self.code),
            title: self.title,
            status: self.status,
            detail: &self.detail,
            code: self.code,
            request_id,
            members: &self.members,
        };
        serde_json::to_string(&document).unwrap_or_default()
    }
}

/// Leaves out the middle of a long text: a request of 16 MiB must not come back, escaped, as an
/// answer of 100. What is wrong stands at the beginning, the way out at the end.
fn shortened(text: &str) -> Cow<'_, str> {
    if text.len() <= MAX_TEXT_BYTES {
        return text.into();
    }
    let cut = |at| (at..text.len()).find(|at| text.is_char_boundary(*at));
    let (head, tail) = (MAX_TEXT_BYTES / 2, text.len() - MAX_TEXT_BYTES / 2);
    let (head, tail) = (cut(head).unwrap_or(0), cut(tail).unwrap_or(text.len()));
    format!("{} [...] {}", &text[..head], &text[tail..]).into()
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        let headers = response.headers_mut();
        headers.insert(
            CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        if let Some(time) = self.retry_after {
            // whole seconds, never 0: that would mean "at once"
            let seconds = time.as_millis().div_ceil(1000).max(1);
            headers.insert(
                RETRY_AFTER,
                HeaderValue::from(u32::try_from(seconds).unwrap_or(u32::MAX)),
            );
        }
        response.extensions_mut().insert(self);
        response
    }
}

impl From<ServiceError> for Problem {
    fn from(error: ServiceError) -> Self {
        let detail = error.to_string();
        match error {
            ServiceError::Busy { retry_after, .. } => Self {
                retry_after: Some(retry_after),
                ..Self::new(429, "busy", "Too many requests", detail)
            },
            ServiceError::Unavailable { retry_after, .. } => Self {
                retry_after: Some(retry_after),
                ..Self::new(503, "unavailable", "Service unavailable", detail)
            },
            ServiceError::Stopping {
                service_state,
                fail_safe,
                retry_after,
            } => Self {
                retry_after: Some(retry_after),
                ..Self::new(503, "stopping", "Service unavailable", detail.clone())
            }
            // These four members are how an earlier system of its users said it.
            .with("error", "Service Unavailable")
            .with("message", detail)
            .with("service_state", service_state)
            .with("fail_safe", fail_safe),
            ServiceError::Guarded {
                code, retry_after, ..
            } => Self {
                retry_after: Some(retry_after),
                ..Self::new(503, code, "Service unavailable", detail)
            },
            ServiceError::Wrong { code, field, .. } => Self::field(code, field, detail),
            ServiceError::Unsupported { code, .. } => {
                Self::new(501, code, "Not supported here", detail)
            }
            // what went wrong inside is for the log; the client gets the id to ask with
            ServiceError::Internal { reason } => {
                tracing::error!(reason, "the request failed inside");
                Self::internal()
            }
        }
    }
}

impl Problem {
    pub(super) fn internal() -> Self {
        Self::new(
            500,
            "internal_error",
            "Internal error",
            "the server failed, not your program; the log has the reason under this request id"
                .to_owned(),
        )
    }
}
