//! Server-sent events: `POST /execute/{language}` with `accept: text/event-stream`, and
//! `GET /runs/{run_id}/events` for whoever lost that connection
//! (<https://html.spec.whatwg.org/multipage/server-sent-events.html>).

use super::{Begun, Occupied, begin, find};
use crate::api::ApiState;
use crate::api::gate::Caller;
use crate::api::problem::Problem;
use crate::follow::{Next, Reader};
use crate::metrics::{Following, Transport};
use crate::run::request::RunRequest;
use axum::Extension;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::sse::{self, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// A comment so often shows both sides, and what is between them, that the connection lives.
pub(in crate::api) const KEEP_ALIVE: Duration = Duration::from_secs(15);

/// Begins a run and answers its events. Where nothing comes of it, the answer is the problem itself.
pub(in crate::api) async fn events(
    state: &Arc<ApiState>,
    caller: &Caller,
    request: RunRequest,
    occupied: Option<Occupied>,
) -> Result<Response, Problem> {
    let Begun { run, refused } = begin(state, caller, request, None)?;
    let mut reader = run.read(0);
    let first = reader.next().await;
    if let Next::Event(entry) = &first
        && entry.name == "error"
        && let Some(problem) = refused.take()
    {
        state.runs.forget(run.run_id);
        return Err(problem);
    }
    let following = state.metrics.follows(Transport::Sse, false);
    Ok(respond(reader, Some(first), (following, occupied)))
}

/// Go on with a run whose connection was lost
///
/// The rest of its events, from the one after `last-event-id`.
#[utoipa::path(
    get, path = "/runs/{run_id}/events", operation_id = "followRun", tag = "Live runs",
    params(
        ("run_id" = Uuid, Path, description = "As its events and its answer say."),
        ("last-event-id" = Option<u64>, Header, description = "The last that was seen; by default none was."),
    ),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")),
)]
pub(in crate::api) async fn again(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    occupied: Option<Extension<Occupied>>,
    Path(run_id): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let run = find(&state, &caller, &run_id)?;
    let after = last_seen(&headers)?;
    let following = state.metrics.follows(Transport::Sse, true);
    let occupied = occupied.map(|Extension(it)| it);
    Ok(respond(run.read(after), None, (following, occupied)))
}

/// End a run
///
/// Its result still comes to whoever follows it.
#[utoipa::path(
    delete, path = "/runs/{run_id}", operation_id = "cancelRun", tag = "Live runs",
    params(("run_id" = Uuid, Path, description = "As its events say.")),
    responses((status = 202, description = "It is told.")),
)]
pub(in crate::api) async fn cancel(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    Path(run_id): Path<String>,
) -> Result<StatusCode, Problem> {
    find(&state, &caller, &run_id)?.cancel.cancel();
    Ok(StatusCode::ACCEPTED)
}

/// What a client says that it has seen; empty is the id before any event.
pub(in crate::api) fn last_event_id(headers: &HeaderMap) -> Option<&HeaderValue> {
    headers.get(LAST_EVENT_ID).filter(|value| !value.is_empty())
}

/// The number of the last event that a client has seen.
fn last_seen(headers: &HeaderMap) -> Result<u64, Problem> {
    let Some(value) = last_event_id(headers) else {
        return Ok(0);
    };
    let number = value.to_str().ok().and_then(|text| text.parse().ok());
    number.ok_or_else(|| {
        let detail =
            "last-event-id is not the id of an event: a number, as in the field id of each"
                .to_owned();
        Problem::new(400, "invalid_event_id", "Invalid event id", detail)
    })
}

/// `held` is, for as long as something is sent.
fn respond(reader: Reader, first: Option<Next>, held: (Following, Option<Occupied>)) -> Response {
    let events = stream::unfold((reader, first, held), |(mut reader, first, held)| async {
        let next = match first {
            Some(next) => next,
            None => reader.next().await,
        };
        match next {
            Next::Event(entry) => {
                let event = sse::Event::default();
                let event = event
                    .id(entry.seq.to_string())
                    .event(entry.name)
                    .data(&entry.json);
                Some((Ok::<_, Infallible>(event), (reader, None, held)))
            }
            Next::End | Next::Replaced => None,
        }
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Sse::new(events).keep_alive(keep_alive).into_response()
}
