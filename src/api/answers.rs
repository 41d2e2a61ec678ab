//! Large answers on their way out: written off the runtime's threads, and only so many bytes of
//! them in memory at once, however slowly their clients read.

use super::problem::Problem;
use crate::run::answer::Answer;
use axum::body::{Body, Bytes};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::response::Response;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

/// From here on an answer takes more than about a millisecond to write.
const LARGE_BYTES: usize = 1 << 20;
/// What large answers may take together, as text before they are written and as JSON after.
const ALL_BYTES: usize = 512 << 20;
/// An answer without its text; with it the JSON is written into memory that is taken once.
const FRAME_BYTES: usize = 2 << 10;
/// JSON escapes a control character with six bytes.
const LONGEST_ESCAPE: usize = 6;
/// Permits are counted in these, because a semaphore counts in 32 bits.
const UNIT_BYTES: usize = 1 << 10;
/// How long an answer waits for others to be read.
const PATIENCE: Duration = Duration::from_secs(10);

/// The room for large answers.
pub(super) struct Room {
    text: Arc<Semaphore>,
    json: Arc<Semaphore>,
}

impl Room {
    pub(super) fn new() -> Self {
        Self::of(ALL_BYTES)
    }

    fn of(bytes: usize) -> Self {
        let room = || Arc::new(Semaphore::new(bytes / UNIT_BYTES));
        Self {
            text: room(),
            json: room(),
        }
    }

    /// Writes the answer as JSON.
    pub(super) async fn respond(&self, answer: Answer) -> Result<Response, Problem> {
        let size = answer.text_bytes();
        if size < LARGE_BYTES {
            let bytes = write(&answer).map_err(|_| Problem::internal())?;
            return Ok(with_json(Body::from(bytes)));
        }
        let units = |bytes: usize| (bytes.min(ALL_BYTES) / UNIT_BYTES) as u32;
        // What waits is in memory too: no room to wait is no room.
        let waiting = self.text.clone().try_acquire_many_owned(units(size));
        let waiting = waiting.map_err(|_| unread())?;
        let json = self.json.clone();
        let room = json.acquire_many_owned(units(size.saturating_mul(LONGEST_ESCAPE)));
        let Ok(Ok(room)) = timeout(PATIENCE, room).await else {
            return Err(unread());
        };
        let written = tokio::task::spawn_blocking(move || write(&answer));
        let Ok(Ok(bytes)) = written.await else {
            return Err(Problem::internal());
        };
        drop(waiting);
        Ok(with_json(Body::from(Bytes::from_owner(Unsent {
            bytes,
            _room: room,
        }))))
    }
}

/// Text is taken for as long as it is, which is enough where little of it must be escaped.
fn write(answer: &Answer) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FRAME_BYTES + answer.text_bytes());
    serde_json::to_writer(&mut bytes, answer)?;
    Ok(bytes)
}

fn with_json(body: Body) -> Response {
    let mut response = Response::new(body);
    let json = HeaderValue::from_static("application/json");
    response.headers_mut().insert(CONTENT_TYPE, json);
    response
}

fn unread() -> Problem {
    let detail = "large answers to other requests have not been read yet; ask again later, or ask \
                  for less with limits.output_bytes";
    Problem::new(
        503,
        "answers_unread",
        "Too many unread answers",
        detail.to_owned(),
    )
    .retry_after(PATIENCE)
}

/// Bytes that hold their room until they are sent or given up.
struct Unsent {
    bytes: Vec<u8>,
    _room: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Unsent {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::tests::answer;
    use axum::response::IntoResponse;

    fn large() -> Answer {
        Answer {
            stdout: "x".repeat(3 * LARGE_BYTES),
            ..answer()
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_waits_for_room_and_then_says_why_there_is_none() {
        let room = Room::of(24 * LARGE_BYTES);
        let unread = room.respond(large()).await.unwrap();
        let refused = room.respond(large()).await.unwrap_err().into_response();
        assert_eq!(refused.status(), 503);
        drop(unread);
        assert_eq!(room.respond(large()).await.unwrap().status(), 200);
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_answer_needs_no_room() {
        assert_eq!(Room::of(0).respond(answer()).await.unwrap().status(), 200);
    }
}
