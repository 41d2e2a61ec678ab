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
    pub(super) async fn write(&self, answer: Answer) -> Result<Bytes, Problem> {
        let size = answer.text_bytes();
        if size < LARGE_BYTES {
            let bytes = write(&answer).map_err(|_| Problem::internal())?;
            return Ok(bytes.into());
        }
        // What waits is in memory too: no room to wait is no room.
        let waiting = self.text.clone().try_acquire_many_owned(units(size));
        let waiting = waiting.map_err(|_| unread())?;
        let room = self.sending(size.saturating_mul(LONGEST_ESCAPE)).await?;
        let written = tokio::task::spawn_blocking(move || write(&answer));
        let Ok(Ok(bytes)) = written.await else {
            return Err(Problem::internal());
        };
        drop(waiting);
        Ok(Bytes::from_owner(Unsent { bytes, _room: room }))
    }

    /// Room for JSON that is there already, and stays in memory for as long as somebody reads it.
    pub(super) async fn send_again(&self, bytes: Bytes) -> Result<Bytes, Problem> {
        if bytes.len() < LARGE_BYTES {
            return Ok(bytes);
        }
        let room = self.sending(bytes.len()).await?;
        Ok(Bytes::from_owner(Unsent { bytes, _room: room }))
    }

    /// Room for so many bytes, before they are read from wherever they lie.
    pub(super) async fn reserve(&self, bytes: usize) -> Result<Reserved, Problem> {
        self.sending(bytes).await.map(Reserved)
    }

    async fn sending(&self, bytes: usize) -> Result<OwnedSemaphorePermit, Problem> {
        let room = self.json.clone().acquire_many_owned(units(bytes));
        match timeout(PATIENCE, room).await {
            Ok(Ok(room)) => Ok(room),
            _ => Err(unread()),
        }
    }
}

/// Room that nothing is in yet.
pub(super) struct Reserved(OwnedSemaphorePermit);

impl Reserved {
    /// Bytes that hold it until they are sent or given up.
    pub(super) fn fill(self, bytes: Vec<u8>) -> Bytes {
        Bytes::from_owner(Unsent {
            bytes,
            _room: self.0,
        })
    }
}

fn units(bytes: usize) -> u32 {
    (bytes.min(ALL_BYTES) / UNIT_BYTES) as u32
}

/// Text is taken for as long as it is, which is enough where little of it must be escaped.
fn write(answer: &Answer) -> serde_json::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(FRAME_BYTES + answer.text_bytes());
    serde_json::to_writer(&mut bytes, answer)?;
    Ok(bytes)
}

pub(super) fn with_json(bytes: Bytes) -> Response {
    let mut response = Response::new(Body::from(bytes));
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
struct Unsent<B> {
    bytes: B,
    _room: OwnedSemaphorePermit,
}

impl<B: AsRef<[u8]>> AsRef<[u8]> for Unsent<B> {
    fn as_ref(&self) -> &[u8] {
        self.bytes.as_ref()
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
        let unread = room.write(large()).await.unwrap();
        let refused = room.write(large()).await.unwrap_err().into_response();
        assert_eq!(refused.status(), 503);
        drop(unread);
        assert!(room.write(large()).await.is_ok());
    }

    #[tokio::test(start_paused = true)]
    async fn a_small_answer_needs_no_room() {
        let room = Room::of(0);
        let bytes = room.write(answer()).await.unwrap();
        assert_eq!(room.send_again(bytes.clone()).await.unwrap(), bytes);
    }

    #[tokio::test(start_paused = true)]
    async fn a_large_answer_that_is_sent_again_takes_room_too() {
        let room = Room::of(4 * LARGE_BYTES);
        let bytes = Bytes::from(vec![b'x'; 3 * LARGE_BYTES]);
        let unread = room.send_again(bytes.clone()).await.unwrap();
        assert!(room.send_again(bytes.clone()).await.is_err());
        drop(unread);
        assert!(room.send_again(bytes).await.is_ok());
    }
}
