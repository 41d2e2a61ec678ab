//! `GET /jobs/{id}/events`: what a job does, as server-sent events, from its place in the queue to its
//! end. A job that is begun again, because its server was killed, begins to tell again: the ids say
//! which attempt an event is of.

use super::{CallerRef, Id, StateRef, document, parse_id, unknown};
use crate::api::ApiState;
use crate::api::problem::Problem;
use crate::api::stream::events::last_event_id;
use crate::api::stream::{KEEP_ALIVE, Occupied};
use crate::follow::{Entry, Next, Reader};
use crate::jobs::Status;
use crate::metrics::{Following, Transport};
use axum::Extension;
use axum::http::HeaderMap;
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Where a client is: an attempt and an event of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Seen {
    attempt: u32,
    seq: u64,
}

/// What is told to one client.
struct Tale {
    state: Arc<ApiState>,
    owner: String,
    id: Uuid,
    seen: Seen,
    reader: Option<Reader>,
    /// What was told last of the job itself.
    told: Option<(Status, u32)>,
    changes: watch::Receiver<u64>,
    begun: watch::Receiver<u64>,
    is_over: bool,
    _occupied: Option<Occupied>,
    _following: Following,
}

/// What a job does, while it does it
///
/// Ids of events are `ATTEMPT-SEQ`.
#[utoipa::path(
    get, path = "/jobs/{id}/events", operation_id = "followJob", tag = "Jobs",
    params(
        ("id" = Uuid, Path, description = "As it was answered."),
        ("last-event-id" = Option<String>, Header, description = "The last that was seen.", pattern = r"^[0-9]{1,9}-[0-9]{1,9}$"),
    ),
    responses((status = 200, description = "Events.", body = String, content_type = "text/event-stream")),
)]
pub(in crate::api) async fn events(
    axum::extract::State(state): StateRef,
    Extension(caller): CallerRef,
    occupied: Option<Extension<Occupied>>,
    id: Id,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let id = parse_id(id)?;
    let owner = caller.key.as_deref().unwrap_or_default().to_owned();
    let seen = last_seen(&headers)?;
    let changes = state.jobs.watch(id)?;
    let found = state.jobs.find(&owner, id, Duration::ZERO).await?;
    found.ok_or_else(|| unknown(&id.to_string()))?;
    let begun = state.feeds.watch();
    let again = seen != Seen::default();
    let following = state.metrics.follows(Transport::Sse, again);
    let tale = Tale {
        state,
        owner,
        id,
        seen,
        reader: None,
        told: None,
        changes,
        begun,
        is_over: false,
        _occupied: occupied.map(|Extension(it)| it),
        _following: following,
    };
    let events = stream::unfold(tale, async |mut tale| {
        let event = tale.next().await?;
        Some((Ok::<_, Infallible>(event), tale))
    });
    let keep_alive = KeepAlive::new().interval(KEEP_ALIVE);
    Ok(Sse::new(Box::pin(events))
        .keep_alive(keep_alive)
        .into_response())
}

impl Tale {
    async fn next(&mut self) -> Option<Event> {
        while !self.is_over {
            if let Some(reader) = &mut self.reader {
                match reader.next().await {
                    Next::Event(entry) => return Some(self.of_run(&entry)),
                    Next::End | Next::Replaced => self.reader = None,
                }
            }
            self.changes.borrow_and_update();
            self.begun.borrow_and_update();
            if self.begins_to_read() {
                continue;
            }
            if let Some(event) = self.of_job().await? {
                return Some(event);
            }
            tokio::select! {
                changed = self.changes.changed() => changed.ok()?,
                begun = self.begun.changed() => begun.ok()?,
                () = self.state.jobs.end() => return None,
            }
        }
        None
    }

    /// Whether there are events of an attempt that this client has not seen to its end.
    fn begins_to_read(&mut self) -> bool {
        let Some((attempt, feed)) = self.state.feeds.find(self.id) else {
            return false;
        };
        if attempt > self.seen.attempt {
            self.seen = Seen { attempt, seq: 0 };
        } else if attempt < self.seen.attempt || feed.is_read(self.seen.seq) {
            return false;
        }
        self.reader = Some(feed.read(self.seen.seq));
        true
    }

    fn of_run(&mut self, entry: &Entry) -> Event {
        self.seen.seq = entry.seq;
        let Seen { attempt, seq } = self.seen;
        Event::default()
            .id(format!("{attempt}-{seq}"))
            .event(entry.name)
            .data(&entry.json)
    }

    /// What is new about the job; the outer `None` where it is gone.
    async fn of_job(&mut self) -> Option<Option<Event>> {
        let found = self.state.jobs.find(&self.owner, self.id, Duration::ZERO);
        let job = found.await.ok()??.job;
        let now = (job.status(), job.attempts);
        self.is_over = job.status().is_final();
        if self.told.replace(now) == Some(now) {
            return Some(None);
        }
        let head = String::from_utf8(document::head(&job)).unwrap_or_default();
        let data = format!("{{\"event\":\"job\",\"job\":{head}}}");
        Some(Some(Event::default().event("job").data(data)))
    }
}

/// `ATTEMPT-SEQ`, as in the ids.
fn last_seen(headers: &HeaderMap) -> Result<Seen, Problem> {
    let Some(value) = last_event_id(headers) else {
        return Ok(Seen::default());
    };
    let seen = value.to_str().ok().and_then(|text| {
        let (attempt, seq) = text.split_once('-')?;
        Some(Seen {
            attempt: attempt.parse().ok()?,
            seq: seq.parse().ok()?,
        })
    });
    seen.ok_or_else(|| {
        let detail = "last-event-id is not the id of an event of a job, as \"1-17\"".to_owned();
        Problem::new(400, "invalid_event_id", "Invalid event id", detail)
    })
}
