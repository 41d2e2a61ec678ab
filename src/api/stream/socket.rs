//! `GET /execute/{language}/ws`: the first message is the request, as the body of
//! `POST /execute/{language}`; then events come, and what the program is to be told goes. With
//! `?run_id=…&after=…` it goes on with a run whose connection was lost.

use super::{Begun, Occupied, begin, find, origin, said, to_run};
use crate::api::gate::Caller;
use crate::api::problem::Problem;
use crate::api::{ApiState, blobs, body};
use crate::follow::{Event, Feed, Input, LiveRun, Next, Reader};
use crate::language::Language;
use crate::metrics::Transport;
use axum::Extension;
use axum::extract::rejection::QueryRejection;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use futures_util::stream::{SplitSink, SplitStream};
use futures_util::{SinkExt, StreamExt};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, interval, sleep_until, timeout};

/// How often a client is asked whether it lives, and how long it may say nothing at all.
const PING: Duration = Duration::from_secs(20);
const SILENCE: Duration = Duration::from_secs(60);
/// Between two looks at whether the server stops, before there is a run.
const LOOK: Duration = Duration::from_millis(500);
/// For the last message, and for the client's goodbye.
const GOODBYE: Duration = Duration::from_secs(5);
/// A message after the first: a piece of input, at most.
const MESSAGE_BYTES: usize = 1 << 20;

/// The run is over and told to its end (RFC 6455, section 7.4.1).
const DONE: u16 = 1000;
const NOT_TEXT: u16 = 1003;
/// Ours are in the range that the standard leaves to applications: the status that HTTP would have
/// is added.
const OURS: u16 = 4000;

/// Which run to go on with.
#[derive(Deserialize)]
pub(in crate::api) struct Again {
    run_id: Option<String>,
    #[serde(default)]
    after: u64,
}

/// Why a connection ends.
struct Close {
    code: u16,
    reason: String,
}

impl Close {
    fn with(status: u16, reason: impl Into<String>) -> Self {
        Self {
            code: OURS + status,
            reason: reason.into(),
        }
    }
}

impl From<&Problem> for Close {
    fn from(problem: &Problem) -> Self {
        Self::with(problem.status(), problem.reason())
    }
}

type Outgoing = SplitSink<WebSocket, Message>;
type Incoming = SplitStream<WebSocket>;

/// Execute a program and talk to it (WebSocket)
///
/// The first message is the request, as the body of `POST /execute/{language}`. Events come as messages; `stdin`,
/// `stdin_eof`, `signal`, `resize` and `cancel` go. With `run_id` it goes on with a run whose connection was lost.
#[utoipa::path(
    get, path = "/execute/{language}/ws", operation_id = "talk", tag = "Live runs",
    params(
        ("language" = String, Path, description = "A name or an alias, as in `GET /languages`.", example = "python"),
        ("run_id" = Option<Uuid>, Query, description = "The run to go on with."),
        ("after" = Option<u64>, Query, description = "The `seq` of the last event that was seen."),
    ),
    responses((status = 101, description = "The connection is a WebSocket from here on.")),
)]
pub(in crate::api) async fn socket(
    State(state): State<Arc<ApiState>>,
    Extension(caller): Extension<Caller>,
    occupied: Option<Extension<Occupied>>,
    Path(word): Path<String>,
    again: Result<Query<Again>, QueryRejection>,
    headers: HeaderMap,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Problem> {
    let language = state.language(&word)?;
    let Query(again) =
        again.map_err(|error| Problem::field("invalid_query", "after", error.body_text()))?;
    origin::check(&state.access, &headers)?;
    let begun = match &again.run_id {
        Some(run_id) => Some(find(&state, &caller, run_id)?),
        None => match state.service.refusal() {
            Some(refusal) => return Err(refusal.into()),
            None => None,
        },
    };
    let upgrade = upgrade.map_err(|error| {
        let status = error.status().as_u16();
        let detail = format!("this is for WebSockets: {}", error.body_text());
        Problem::new(status, "not_a_websocket", "Not a WebSocket", detail)
    })?;
    let most = state.body_bytes.max(MESSAGE_BYTES);
    let talk = Talk {
        state,
        caller,
        language,
        _occupied: occupied.map(|Extension(it)| it),
    };
    let upgrade = upgrade.max_message_size(most).max_frame_size(most);
    Ok(upgrade.on_upgrade(move |socket| talk.over(socket, begun, again.after)))
}

/// Who talks, and about what.
struct Talk {
    state: Arc<ApiState>,
    caller: Caller,
    language: Arc<Language>,
    _occupied: Option<Occupied>,
}

impl Talk {
    async fn over(self, socket: WebSocket, begun: Option<Arc<LiveRun>>, after: u64) {
        let (mut outgoing, mut incoming) = socket.split();
        let again = begun.is_some();
        let run = match begun {
            Some(run) => Ok(run),
            None => self.begin(&mut incoming).await,
        };
        let close = match &run {
            Ok(run) => {
                let _following = self.state.metrics.follows(Transport::WebSocket, again);
                follow(&mut outgoing, &mut incoming, run, after).await
            }
            Err(None) => return,
            Err(Some(problem)) => {
                let feed = Feed::new();
                let document = problem.document(&self.caller.request_id);
                feed.push(&Event::Error { problem: &document });
                feed.end();
                let told = send_events(&mut outgoing, feed.read(0));
                match timeout(GOODBYE, told).await {
                    Ok(Some(_)) => Some(Close::from(problem)),
                    Ok(None) | Err(_) => None,
                }
            }
        };
        if let Some(close) = close {
            let done = close.code == DONE;
            let heard = goodbye(outgoing, incoming, close).await;
            if let Ok(run) = run
                && done
                && heard
            {
                self.state.runs.forget(run.run_id);
            }
        }
    }

    /// Waits for the request and begins it. An error without a problem is a client that went away.
    async fn begin(&self, incoming: &mut Incoming) -> Result<Arc<LiveRun>, Option<Problem>> {
        let text = self.first_message(incoming).await?;
        let parsed = body::parse_json(text.as_bytes(), &self.language, &self.state)?;
        let owner = self.caller.key.as_deref().unwrap_or_default();
        let parsed = blobs::fetch(&self.state, owner, &self.language, parsed).await?;
        let request = to_run(&self.caller, self.language.clone(), parsed);
        // The request's own input is only the beginning.
        let input = Input::new(self.state.stdin_bytes);
        let Begun { run, .. } = begin(&self.state, &self.caller, request, Some(input))?;
        Ok(run)
    }

    async fn first_message(&self, incoming: &mut Incoming) -> Result<Utf8Bytes, Option<Problem>> {
        let deadline = Instant::now() + self.state.body_timeout;
        let mut look = interval(LOOK);
        loop {
            let message = tokio::select! {
                message = incoming.next() => message,
                () = sleep_until(deadline) => return Err(Some(self.no_request())),
                _ = look.tick() => match self.state.service.refusal() {
                    Some(refusal) => return Err(Some(refusal.into())),
                    None => continue,
                },
            };
            match message {
                Some(Ok(Message::Text(text))) => return Ok(text),
                Some(Ok(Message::Binary(_))) => {
                    let detail = "messages are JSON text; send bytes as base64".to_owned();
                    let (code, title) = ("unsupported_media_type", "Unsupported media type");
                    return Err(Some(Problem::new(415, code, title, detail)));
                }
                Some(Ok(Message::Ping(_) | Message::Pong(_))) => {}
                Some(Ok(Message::Close(_)) | Err(_)) | None => return Err(None),
            }
        }
    }

    fn no_request(&self) -> Problem {
        let seconds = self.state.body_timeout.as_secs_f64();
        let detail =
            format!("the first message, which is the request, did not come within {seconds} s");
        Problem::new(408, "body_timeout", "Request timeout", detail)
    }
}

/// Sends what a run tells and tells it what the client says, until either is at its end. `None`: the
/// connection is lost.
async fn follow(
    outgoing: &mut Outgoing,
    incoming: &mut Incoming,
    run: &LiveRun,
    after: u64,
) -> Option<Close> {
    tokio::select! {
        close = send_events(outgoing, run.read(after)) => close,
        close = hear(incoming, run) => close,
    }
}

/// Sends events as they come, and a ping now and then, so that it is known whether anybody is there.
async fn send_events(outgoing: &mut Outgoing, mut reader: Reader) -> Option<Close> {
    let mut ping = interval(PING);
    ping.tick().await;
    loop {
        let message = tokio::select! {
            next = reader.next() => match next {
                Next::Event(entry) => Message::text(entry.json.clone()),
                Next::End => return Some(Close { code: DONE, reason: String::new() }),
                Next::Replaced => {
                    return Some(Close::with(409, "another connection follows this run now"));
                }
            },
            _ = ping.tick() => Message::Ping(Default::default()),
        };
        if outgoing.send(message).await.is_err() {
            return None;
        }
    }
}

/// Tells the run what the client says.
async fn hear(incoming: &mut Incoming, run: &LiveRun) -> Option<Close> {
    loop {
        let text = match timeout(SILENCE, incoming.next()).await {
            Err(_) => {
                let reason = format!("nothing was heard for {} s", SILENCE.as_secs());
                return Some(Close::with(408, reason));
            }
            Ok(Some(Ok(Message::Text(text)))) => text,
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => continue,
            Ok(Some(Ok(Message::Binary(_)))) => {
                return Some(Close {
                    code: NOT_TEXT,
                    reason: "messages are JSON text; send bytes as base64".to_owned(),
                });
            }
            Ok(Some(Ok(Message::Close(Some(frame))))) if frame.code == DONE => {
                // Not lost: the client has had enough.
                run.cancel.cancel();
                return None;
            }
            Ok(Some(Ok(Message::Close(_)) | Err(_)) | None) => return None,
        };
        // What follows would be meant otherwise than it is taken.
        if let Err(problem) = said::obey(run, &text) {
            return Some(Close::from(&problem));
        }
    }
}

/// Says why, and waits for the client's goodbye; answers whether it came.
async fn goodbye(mut outgoing: Outgoing, mut incoming: Incoming, close: Close) -> bool {
    let frame = CloseFrame {
        code: close.code,
        // A control frame has room for 125 bytes (RFC 6455, section 5.5).
        reason: shortened(&close.reason, 120).into(),
    };
    let said = async {
        outgoing.send(Message::Close(Some(frame))).await?;
        let mut heard = false;
        while let Some(Ok(message)) = incoming.next().await {
            heard |= matches!(message, Message::Close(_));
        }
        Ok::<_, axum::Error>(heard)
    };
    matches!(timeout(GOODBYE, said).await, Ok(Ok(true)))
}

/// No more than so many bytes of a text.
fn shortened(text: &str, bytes: usize) -> &str {
    let end = (0..=bytes.min(text.len())).rfind(|end| text.is_char_boundary(*end));
    &text[..end.unwrap_or(0)]
}
