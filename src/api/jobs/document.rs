//! A job as it is told. Its field names are public.

use crate::jobs::{Callback, Delivery, Failure, Found, Job, Moment, State, Status};
use crate::utc::rfc3339;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

/// A result that is larger is not sent to a receiver, who can fetch it.
const LARGEST_TOLD: usize = 256 << 10;

#[derive(Serialize, ToSchema)]
#[schema(as = Job)]
pub(in crate::api) struct Document<'a> {
    id: Uuid,
    #[schema(value_type = Status)]
    status: &'static str,
    language: &'a str,
    created_at: String,
    started_at: Option<String>,
    finished_at: Option<String>,
    /// When it expires, or is forgotten; not known while it runs.
    expires_at: Option<String>,
    attempts: u32,
    error: Option<&'a Failure>,
    callback: Option<CallbackDocument<'a>>,
}

#[derive(Serialize, ToSchema)]
#[schema(as = Callback)]
struct CallbackDocument<'a> {
    url: &'a str,
    /// `waiting` for the end, `due`, `delivered` or `failed`.
    state: &'static str,
    attempts: u32,
    next_at: Option<String>,
    last_error: Option<&'a str>,
}

/// Without its result.
pub(super) fn head(job: &Job) -> Vec<u8> {
    let time = |moment: Option<Moment>| moment.map(rfc3339);
    let document = Document {
        id: job.id,
        status: job.status().name(),
        language: &job.language,
        created_at: rfc3339(job.created_at),
        started_at: time(job.started_at()),
        finished_at: time(job.finished_at()),
        expires_at: time(job.deadline()),
        attempts: job.attempts,
        error: match &job.state {
            State::Done { failure, .. } => failure.as_ref(),
            _ => None,
        },
        callback: job.callback.as_ref().map(callback),
    };
    // Nothing in it can fail to be written.
    serde_json::to_vec(&document).unwrap_or_default()
}

/// With its result, whose bytes are those of an answer of `POST /execute/{language}`.
pub(super) fn whole(found: &Found) -> Vec<u8> {
    let result = found.result.as_deref();
    with(head(&found.job), "result", result.unwrap_or(b"null"))
}

/// What a receiver is told.
pub(super) fn message(found: &Found) -> Vec<u8> {
    match &found.result {
        Some(result) if result.len() > LARGEST_TOLD => {
            let without = with(head(&found.job), "result", b"null");
            with(without, "result_omitted", b"true")
        }
        _ => whole(found),
    }
}

/// All of them, as the member of that name.
pub(super) fn list(documents: impl IntoIterator<Item = Vec<u8>>) -> Vec<u8> {
    let mut json = b"{\"jobs\":[".to_vec();
    for (number, document) in documents.into_iter().enumerate() {
        if number > 0 {
            json.push(b',');
        }
        json.extend(document);
    }
    json.extend_from_slice(b"]}");
    json
}

/// An object with one member more, whose value is JSON already.
pub(super) fn with(mut object: Vec<u8>, name: &str, value: &[u8]) -> Vec<u8> {
    object.pop();
    object.extend_from_slice(b",\"");
    object.extend_from_slice(name.as_bytes());
    object.extend_from_slice(b"\":");
    object.extend_from_slice(value);
    object.push(b'}');
    object
}

fn callback(callback: &Callback) -> CallbackDocument<'_> {
    CallbackDocument {
        url: &callback.url,
        state: callback.delivery.name(),
        attempts: callback.attempts,
        next_at: match callback.delivery {
            Delivery::Due(at) => Some(rfc3339(at)),
            _ => None,
        },
        last_error: callback.last_error.as_deref(),
    }
}
