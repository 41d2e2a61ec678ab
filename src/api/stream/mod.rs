//! Runs that a client follows while they go on: by server-sent events ([`events`]) or a WebSocket
//! ([`socket`]). Both read the same feed, and whoever loses a connection goes on with either.

pub(super) mod events;
mod origin;
mod said;
pub(super) mod socket;

pub(super) use events::{KEEP_ALIVE, again, cancel, events};
pub(super) use socket::socket;

use super::ApiState;
use super::audit::{self, RunLine};
use super::execute::to_run;
use super::gate::Caller;
use super::problem::Problem;
use crate::follow::{Event, Input, LiveRun};
use crate::run::request::RunRequest;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT;
use std::any::Any;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tracing::Instrument;
use uuid::Uuid;

/// When there may be room again.
const TRY_AGAIN: Duration = Duration::from_secs(1);
const EVENT_STREAM: &str = "text/event-stream";

/// Keeps a connection from being taken for one that nobody uses, and the server from ending before
/// it: held for as long as something is sent on it.
#[derive(Clone)]
pub struct Occupied(
    #[expect(dead_code, reason = "held, and never looked at")] Arc<dyn Any + Send + Sync>,
);

impl Occupied {
    pub fn new(held: impl Any + Send + Sync) -> Self {
        Self(Arc::new(held))
    }
}

/// Whether the client wants to follow the run.
pub(super) fn wants_events(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(ACCEPT).iter();
    let words = accepted.filter_map(|value| value.to_str().ok());
    (words.flat_map(|value| value.split(',')))
        .filter_map(|range| range.split(';').next())
        .any(|range| range.trim().eq_ignore_ascii_case(EVENT_STREAM))
}

/// A run that was begun, and why it came to nothing, if it did.
struct Begun {
    run: Arc<LiveRun>,
    refused: Refused,
}

/// Why a run came to nothing, once that is known.
#[derive(Clone, Default)]
struct Refused(Arc<Mutex<Option<Problem>>>);

impl Refused {
    fn take(&self) -> Option<Problem> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    fn set(&self, problem: Problem) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some(problem);
    }
}

/// Begins a run that goes on by itself, for as long as somebody follows it.
fn begin(
    state: &Arc<ApiState>,
    caller: &Caller,
    request: RunRequest,
    input: Option<Input>,
) -> Result<Begun, Problem> {
    let output_bytes = request.limits.run.output_bytes;
    let owner = caller.key.clone();
    let (run, follow) =
        (state.runs.begin(request.run_id, owner, input, output_bytes)).map_err(|full| {
            let detail = full.to_string();
            Problem::new(503, "streams_full", "Too many runs are followed", detail)
                .retry_after(TRY_AGAIN)
        })?;
    let refused = Refused::default();
    let end = End {
        run: run.clone(),
        refused: refused.clone(),
        caller: caller.clone(),
    };
    let (state, with_code) = (state.clone(), state.access.now().audit_code);
    let keeping = state.runs.clone().keep(run.clone());
    let cancel = run.cancel.clone();
    let driving = async move {
        let line = RunLine::new(&end.caller, &request, with_code);
        let answered = state.execute(request, cancel, Some(follow)).await;
        match answered {
            Ok(answer) => {
                line.executed(&answer);
                let result = Box::new((&answer).into());
                end.run.feed.push(&Event::Result { result });
            }
            Err(error) => {
                line.refused();
                end.fail(error.into());
            }
        }
    };
    tokio::spawn(driving.in_current_span());
    tokio::spawn(keeping);
    Ok(Begun { run, refused })
}

/// The end of a run, which comes also where something panics on the way.
struct End {
    run: Arc<LiveRun>,
    refused: Refused,
    /// Has its place among the key's requests until then.
    caller: Caller,
}

impl End {
    fn fail(&self, problem: Problem) {
        audit::refused(&self.caller, "/execute/", problem.code());
        let document = problem.document(&self.caller.request_id);
        self.refused.set(problem);
        self.run.feed.push(&Event::Error { problem: &document });
    }
}

impl Drop for End {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.fail(Problem::internal());
        }
        self.run.feed.end();
    }
}

/// A run of this caller's that is followed, or was until a moment ago.
fn find(state: &ApiState, caller: &Caller, run_id: &str) -> Result<Arc<LiveRun>, Problem> {
    let id = Uuid::try_parse(run_id).ok();
    let found = id.and_then(|id| state.runs.find(id, caller.key.as_deref()));
    found.ok_or_else(|| {
        let detail = format!(
            "there is no run {run_id:?} to be followed: it never was, or nobody has followed it for too long"
        );
        Problem::new(404, "unknown_run", "Unknown run", detail)
    })
}
