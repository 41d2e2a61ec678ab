//! Standard input on its way to a program that is running: kept here until the runner has room for
//! it, within a bound.

use bytes::Bytes;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::Notify;

/// What of it may be on its way in the runner: a supervisor holds no more for a client that writes
/// faster than its program reads.
const WINDOW: u64 = 128 << 10;
/// Sent at once.
const PIECE: usize = 32 << 10;

/// More input than is kept for a program that does not read it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("more than {limit} bytes of standard input wait for the program to read them")]
pub struct Full {
    pub limit: usize,
}

/// The input of one run. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Input(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    changed: Notify,
    drained: Notify,
    limit: usize,
}

#[derive(Default)]
struct State {
    waiting: VecDeque<Bytes>,
    waiting_bytes: usize,
    sent: u64,
    taken: u64,
    /// No more will come.
    closed: bool,
    /// The program was told so.
    told: bool,
}

/// What to give a runner next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Piece {
    Bytes(Bytes),
    End,
}

impl Input {
    /// Of a program for which `limit` bytes may wait.
    pub fn new(limit: usize) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: Notify::new(),
            drained: Notify::new(),
            limit,
        }))
    }

    /// Adds to it. After its end, nobody reads it.
    pub fn write(&self, bytes: Bytes) -> Result<(), Full> {
        let mut state = self.state();
        if state.closed || bytes.is_empty() {
            return Ok(());
        }
        if state.waiting_bytes + bytes.len() > self.0.limit {
            return Err(Full {
                limit: self.0.limit,
            });
        }
        state.waiting_bytes += bytes.len();
        state.waiting.push_back(bytes);
        drop(state);
        self.0.changed.notify_one();
        Ok(())
    }

    /// Nothing more will come.
    pub fn close(&self) {
        self.state().closed = true;
        self.0.changed.notify_one();
        self.0.drained.notify_one();
    }

    /// The runner has got rid of so many bytes in all.
    pub(super) fn taken(&self, bytes: u64) {
        self.state().taken = bytes;
        self.0.changed.notify_one();
    }

    /// Whether half of what may wait is free: enough for what comes at once.
    pub(super) fn has_room(&self) -> bool {
        let state = self.state();
        state.closed || state.waiting_bytes <= self.0.limit / 2
    }

    /// Waits until it is so; for one caller at a time.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            self.0.drained.notified().await;
        }
    }

    /// Whether the runner was given any.
    pub(super) fn is_begun(&self) -> bool {
        let state = self.state();
        state.sent > 0 || state.told
    }

    /// What the runner has room for; waits for it. For one caller at a time, and cancel-safe.
    pub(super) async fn next(&self) -> Piece {
        loop {
            if let Some(piece) = self.state().take() {
                self.0.drained.notify_one();
                return piece;
            }
            self.0.changed.notified().await;
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self) -> Option<Piece> {
        let room = WINDOW.saturating_sub(self.sent.saturating_sub(self.taken));
        match self.waiting.front_mut() {
            Some(first) if room > 0 => {
                let size = first.len().min(PIECE).min(room as usize);
                let piece = first.split_to(size);
                if first.is_empty() {
                    self.waiting.pop_front();
                }
                self.waiting_bytes -= size;
                self.sent += size as u64;
                Some(Piece::Bytes(piece))
            }
            Some(_) => None,
            None if self.closed && !self.told => {
                self.told = true;
                Some(Piece::End)
            }
            None => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    async fn all(input: &Input) -> (usize, bool) {
        let mut bytes = 0;
        loop {
            match timeout(Duration::from_secs(1), input.next()).await {
                Ok(Piece::Bytes(piece)) => bytes += piece.len(),
                Ok(Piece::End) => return (bytes, true),
                Err(_) => return (bytes, false),
            }
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_runner_is_given_no_more_than_it_has_room_for() {
        let input = Input::new(1 << 20);
        input.write(vec![b'x'; 300 << 10].into()).unwrap();
        input.close();
        assert_eq!(all(&input).await, (WINDOW as usize, false));
        input.taken(WINDOW);
        assert_eq!(all(&input).await, (WINDOW as usize, false));
        input.taken(2 * WINDOW);
        assert_eq!(all(&input).await, (44 << 10, true));
    }

    #[tokio::test]
    async fn more_than_is_kept_is_refused_and_nothing_of_it_is_kept() {
        let input = Input::new(10);
        input.write(Bytes::from_static(b"12345678")).unwrap();
        assert_eq!(
            input.write(Bytes::from_static(b"abc")),
            Err(Full { limit: 10 })
        );
        input.write(Bytes::from_static(b"ab")).unwrap();
        assert_eq!(
            input.next().await,
            Piece::Bytes(Bytes::from_static(b"12345678"))
        );
        assert_eq!(input.next().await, Piece::Bytes(Bytes::from_static(b"ab")));
    }

    #[tokio::test(start_paused = true)]
    async fn after_its_end_nothing_more_is_taken() {
        let input = Input::new(10);
        input.close();
        input.write(Bytes::from_static(b"late")).unwrap();
        assert_eq!(all(&input).await, (0, true));
        assert_eq!(all(&input).await, (0, false));
    }
}
