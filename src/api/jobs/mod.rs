//! `/jobs`: programs that are executed later and fetched by their id. Order of decisions as for
//! `POST /execute/{language}`; what is answered with 202 is on disk.

mod document;
pub(super) use document::Document;
pub(super) mod events;
mod parse;
mod work;

pub(super) use events::events;
pub use work::Work;

use super::audit;
use super::gate::Caller;
use super::idempotency::{self, REPLAYED};
use super::incoming::{check_announced, discard, is_compressed, is_utf8, read};
use super::problem::Problem;
use super::{ApiState, answers, blobs};
use crate::blobs::Pin;
use crate::jobs::{
    Cancelling, Job, JobsError, NewJob, Status, StoreError, Submission, Submitted, Wanted,
};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use parse::Asked;
pub(super) use parse::MOST;
use sha2::Digest as _;
use std::sync::Arc;
use std::time::Duration;
use url::form_urlencoded;
use uuid::Uuid;

/// The longest that somebody waits for an end.
const LONGEST_WAIT_MS: u64 = 60_000;
const DEFAULT_PAGE: usize = 50;
const LARGEST_PAGE: usize = 1000;
const TRY_AGAIN: Duration = Duration::from_secs(1);
/// What makes room takes longer.
const TRY_LATER: Duration = Duration::from_secs(10);

type StateRef = State<Arc<ApiState>>;
type CallerRef = Extension<Caller>;
type Id = Result<Path<String>, PathRejection>;

/// Leave programs to be executed later
///
/// One, or up to 1,000 at once: all are taken, or none. What is answered is on disk.
#[utoipa::path(
    post, path = "/jobs", operation_id = "submitJobs", tag = "Jobs",
    params(("idempotency-key" = Option<String>, Header, description = "The same request with the same key gives the \
        same jobs.", max_length = 255, pattern = "^[!-~]{1,255}$")),
    request_body(content = ref("#/components/schemas/Submission"), content_type = "application/json"),
    responses((status = 202, description = "They are taken.", body = ref("#/components/schemas/Submitted"),
        headers(("location" = String, description = "Of the job, if it is one.")))),
)]
pub(super) async fn submit(
    State(state): StateRef,
    Extension(caller): CallerRef,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let decided = match state.service.refusal() {
        Some(refusal) => Err(refusal.into()),
        None => decide(&state, &headers),
    };
    let key = match decided {
        Ok(key) => key,
        Err(problem) => {
            discard(body);
            return Err(problem);
        }
    };
    let bytes = read(body, state.body_bytes, state.body_timeout).await?;
    let digest = {
        let hasher = sha2::Sha256::new().chain_update(b"jobs\n");
        hasher.chain_update(&bytes).finalize().into()
    };
    let judging = state.clone();
    // A thousand programs take a while to look through.
    let judged = tokio::task::spawn_blocking(move || parse::parse(&bytes, &judging)).await;
    let asked = judged.map_err(|_| Problem::internal())??;
    let (all, is_batch) = match asked {
        Asked::One(one) => (vec![*one], false),
        Asked::Batch(all) => (all, true),
    };
    let owner = caller.key.as_deref().unwrap_or_default();
    let (jobs, pins) = to_jobs(&state, owner, all).await?;
    let submission = Submission {
        owner: owner.to_owned(),
        request_id: caller.request_id.clone(),
        client: caller.address,
        again: key.map(|key| (key, digest)),
        jobs,
    };
    // Whether or not the client is there to hear of it.
    let kept = move |submitted: &Submitted| {
        drop(pins);
        match submitted.replayed {
            true => audit::replayed(&caller, "jobs"),
            false => audit::accepted(&caller, &ids(submitted)),
        }
    };
    let submitted = state.jobs.submit(submission, kept).await?;
    let documents = submitted.jobs.iter().map(|job| match job {
        Ok(job) => document::head(job),
        Err(id) => format!("{{\"id\":\"{id}\",\"status\":\"removed\"}}").into_bytes(),
    });
    let mut response = match (is_batch, ids(&submitted).first()) {
        (false, Some(id)) => {
            let one: Vec<u8> = documents.into_iter().next().unwrap_or_default();
            let mut response = answers::with_json(one.into());
            if let Ok(place) = HeaderValue::from_str(&format!("/jobs/{id}")) {
                response.headers_mut().insert(LOCATION, place);
            }
            response
        }
        _ => answers::with_json(document::list(documents).into()),
    };
    *response.status_mut() = StatusCode::ACCEPTED;
    if submitted.replayed {
        let yes = HeaderValue::from_static("true");
        response.headers_mut().insert(REPLAYED, yes);
    }
    Ok(response)
}

fn ids(submitted: &Submitted) -> Vec<Uuid> {
    let id = |job: &Result<Job, Uuid>| job.as_ref().map_or_else(|id| *id, |job| job.id);
    submitted.jobs.iter().map(id).collect()
}

fn decide(state: &ApiState, headers: &HeaderMap) -> Result<Option<String>, Problem> {
    check_media_type(headers)?;
    state.jobs.check()?;
    let key = idempotency::key(headers)?;
    check_announced(headers, state.body_bytes)?;
    Ok(key)
}

/// What is to be stored, and the blobs that must stay until it is.
async fn to_jobs(
    state: &ApiState,
    owner: &str,
    all: Vec<parse::Wanted>,
) -> Result<(Vec<NewJob>, Vec<Pin>), Problem> {
    let (mut jobs, mut pins) = (Vec::with_capacity(all.len()), Vec::new());
    for wanted in all {
        let held = blobs::pin(state, owner, &wanted.language, &wanted.parsed).await;
        let held = held.map_err(|problem| match &wanted.place {
            Some(place) => problem.within(place),
            None => problem,
        })?;
        jobs.push(NewJob {
            id: Uuid::now_v7(),
            language: wanted.language.name.clone(),
            work: wanted.work,
            blobs: held.iter().map(|pin| pin.name).collect(),
            ttl: wanted.ttl,
            callback_url: wanted.callback_url,
        });
        pins.extend(held);
    }
    Ok((jobs, pins))
}

/// A job, with its result once it has one
#[utoipa::path(
    get, path = "/jobs/{id}", operation_id = "getJob", tag = "Jobs",
    params(
        ("id" = Uuid, Path, description = "As it was answered."),
        ("wait_ms" = Option<u64>, Query, description = "How long to wait for its end.", minimum = 0, maximum = 60000),
    ),
    responses((status = 200, description = "It as it is now.", body = ref("#/components/schemas/WholeJob"))),
)]
pub(super) async fn find(
    State(state): StateRef,
    Extension(caller): CallerRef,
    uri: Uri,
    id: Id,
) -> Result<Response, Problem> {
    let mut wait = 0;
    for (name, value) in query(&uri) {
        match &*name {
            "wait_ms" => wait = number("wait_ms", &value, 0, LONGEST_WAIT_MS)?,
            other => return Err(unknown_parameter(other, "wait_ms")),
        }
    }
    let id = parse_id(id)?;
    let owner = caller.key.as_deref().unwrap_or_default();
    let wait = Duration::from_millis(wait);
    let found = state.jobs.find(owner, id, wait).await?;
    let found = found.ok_or_else(|| unknown(&id.to_string()))?;
    let bytes = Bytes::from(document::whole(&found));
    // What was read keeps its room until this has its own.
    let bytes = state.room.send_again(bytes).await?;
    drop(found);
    Ok(answers::with_json(bytes))
}

/// One's own jobs, newest first, without their results
#[utoipa::path(
    get, path = "/jobs", operation_id = "listJobs", tag = "Jobs",
    params(
        ("status" = Option<Status>, Query, description = "Only these."),
        ("limit" = Option<u64>, Query, description = "Of a page; by default 50.", minimum = 1, maximum = 1000),
        ("after" = Option<Uuid>, Query, description = "The `next` of the page before."),
    ),
    responses((status = 200, description = "A page.", body = ref("#/components/schemas/JobPage"))),
)]
pub(super) async fn list(
    State(state): StateRef,
    Extension(caller): CallerRef,
    uri: Uri,
) -> Result<Response, Problem> {
    let mut wanted = Wanted {
        status: None,
        limit: DEFAULT_PAGE,
        after: None,
    };
    for (name, value) in query(&uri) {
        match &*name {
            "status" => wanted.status = Some(status(&value)?),
            "limit" => {
                let limit = number("limit", &value, 1, LARGEST_PAGE as u64)?;
                wanted.limit = usize::try_from(limit).unwrap_or(LARGEST_PAGE);
            }
            "after" => {
                let after = Uuid::try_parse(&value).map_err(|_| {
                    let detail = "after is the `next` of the page before".to_owned();
                    Problem::field("invalid_field", "after", detail)
                })?;
                wanted.after = Some(after);
            }
            other => return Err(unknown_parameter(other, "status, limit and after")),
        }
    }
    let owner = caller.key.as_deref().unwrap_or_default();
    let page = state.jobs.list(owner, wanted).await?;
    let list = document::list(page.jobs.iter().map(document::head));
    let next = page.next.map(|id| format!("\"{id}\""));
    let next = next.as_deref().unwrap_or("null");
    let list = document::with(list, "next", next.as_bytes());
    Ok(answers::with_json(list.into()))
}

/// A job that is not wanted any more
///
/// One that has not ended is cancelled; one that has is forgotten.
#[utoipa::path(
    delete, path = "/jobs/{id}", operation_id = "deleteJob", tag = "Jobs",
    params(("id" = Uuid, Path, description = "As it was answered.")),
    responses(
        (status = 200, description = "It is cancelled.", body = ref("#/components/schemas/WholeJob")),
        (status = 204, description = "It is forgotten."),
    ),
)]
pub(super) async fn cancel(
    State(state): StateRef,
    Extension(caller): CallerRef,
    id: Id,
) -> Result<Response, Problem> {
    let id = parse_id(id)?;
    let owner = caller.key.as_deref().unwrap_or_default();
    match state.jobs.cancel(owner, id).await? {
        None => Err(unknown(&id.to_string())),
        Some(Cancelling::Cancelled(job)) => {
            audit::unwanted(&caller, id, "cancelled");
            let document = document::with(document::head(&job), "result", b"null");
            Ok(answers::with_json(document.into()))
        }
        Some(Cancelling::Removed) => {
            audit::unwanted(&caller, id, "removed");
            Ok(StatusCode::NO_CONTENT.into_response())
        }
    }
}

fn check_media_type(headers: &HeaderMap) -> Result<(), Problem> {
    let refused = |detail: &str| {
        let detail = detail.to_owned();
        Err(Problem::new(
            415,
            "unsupported_media_type",
            "Unsupported media type",
            detail,
        )
        .with("accepted", vec!["application/json"]))
    };
    if is_compressed(headers) {
        return refused("compressed bodies are not accepted; send it without content-encoding");
    }
    let value = headers.get(CONTENT_TYPE).map(HeaderValue::as_bytes);
    let text = String::from_utf8_lossy(value.unwrap_or_default()).to_ascii_lowercase();
    let mut parts = text.split(';').map(str::trim);
    let is_json = parts.next() == Some("application/json");
    let all_utf8 = parts.all(|part| part.strip_prefix("charset=").is_none_or(is_utf8));
    match is_json && all_utf8 {
        true => Ok(()),
        false => refused("jobs are sent as application/json, in UTF-8"),
    }
}

fn query(
    uri: &Uri,
) -> impl Iterator<Item = (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)> {
    form_urlencoded::parse(uri.query().unwrap_or_default().as_bytes())
}

fn number(name: &str, value: &str, least: u64, most: u64) -> Result<u64, Problem> {
    let number = value.parse().ok().filter(|n| (least..=most).contains(n));
    number.ok_or_else(|| {
        let detail = format!("{name} is {value:?}; allowed is {least} to {most}");
        Problem::field("invalid_field", name, detail)
    })
}

fn status(value: &str) -> Result<Status, Problem> {
    let found = Status::ALL.into_iter().find(|it| it.name() == value);
    found.ok_or_else(|| {
        let known = Status::ALL.map(Status::name);
        let detail = format!("status is {value:?}; known are {}", known.join(", "));
        Problem::field("invalid_field", "status", detail).with("known", known.to_vec())
    })
}

fn unknown_parameter(name: &str, known: &str) -> Problem {
    let detail = format!("there is no parameter {name:?}; known: {known}");
    Problem::field("unknown_field", name, detail)
}

fn parse_id(id: Id) -> Result<Uuid, Problem> {
    let text = id.map(|Path(text)| text).unwrap_or_default();
    Uuid::try_parse(&text).map_err(|_| unknown(&text))
}

/// The same words whether there is none, or it is another's.
fn unknown(id: &str) -> Problem {
    let detail = format!("there is no job {id:?} of yours; ends are forgotten after their time");
    Problem::new(404, "unknown_job", "Unknown job", detail)
}

impl From<JobsError> for Problem {
    fn from(error: JobsError) -> Self {
        let detail = error.to_string();
        let unavailable = |code| Problem::new(503, code, "Service unavailable", detail.clone());
        match error {
            JobsError::Off(_) => unavailable("jobs_off"),
            JobsError::NotYet(_) | JobsError::Store(StoreError::Closed) => {
                unavailable("jobs_not_ready").retry_after(TRY_AGAIN)
            }
            JobsError::Slow | JobsError::Store(StoreError::Failed(_)) => {
                tracing::error!(detail, "a request for jobs failed");
                unavailable("jobs_unavailable").retry_after(TRY_AGAIN)
            }
            JobsError::Store(StoreError::Full { code, .. }) => {
                let full = match code {
                    "too_many_jobs" => Problem::new(429, code, "Too many jobs", detail),
                    _ => unavailable(code),
                };
                full.retry_after(TRY_LATER)
            }
            JobsError::Store(StoreError::KeyReused) => idempotency::reused(),
        }
    }
}
