//! The events of one run, in order and numbered, for as long as somebody may come back for them. A run
//! cannot tell more than its limits allow, so all of it is kept: whoever lost a connection gets the
//! rest, and nothing twice.

use super::Event;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What may be unread before the program is slowed down.
const LAG_BYTES: usize = 256 << 10;

/// The events of one run. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Feed(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// Raised with every change, for whoever waits for one.
    changed: watch::Sender<u64>,
    /// Whether the run waits for its reader.
    paced: bool,
}

#[derive(Default)]
struct State {
    entries: Vec<Arc<Entry>>,
    bytes: usize,
    /// What the reader has not taken yet.
    unread: usize,
    ended: bool,
    /// Of the reader; an older one is told that it was replaced.
    reader: u64,
    readers: usize,
}

/// One event.
#[derive(Debug, PartialEq, Eq)]
pub struct Entry {
    /// From 1, without gaps.
    pub seq: u64,
    pub name: &'static str,
    /// The whole event, its number included.
    pub json: String,
}

/// What comes next for a reader.
#[derive(Debug, PartialEq, Eq)]
pub enum Next {
    Event(Arc<Entry>),
    /// There was nothing after the last.
    End,
    /// Another reads now.
    Replaced,
}

/// Somebody who reads the events.
pub struct Reader {
    feed: Feed,
    after: u64,
    number: u64,
}

impl Feed {
    /// Of a run that goes on without readers.
    pub fn new() -> Self {
        Self::with(false)
    }

    /// Of a run that waits for its one reader.
    pub fn paced() -> Self {
        Self::with(true)
    }

    fn with(paced: bool) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            changed: watch::Sender::new(0),
            paced,
        }))
    }

    /// Adds an event; one after the end is nobody's.
    pub fn push(&self, event: &Event<'_>) {
        self.change(|state| {
            if state.ended {
                return;
            }
            let seq = state.entries.len() as u64 + 1;
            match event.write(seq) {
                Ok(json) => {
                    state.bytes += json.len();
                    state.unread += json.len();
                    let name = event.name();
                    state.entries.push(Arc::new(Entry { seq, name, json }));
                }
                Err(error) => tracing::error!(%error, "an event cannot be written"),
            }
        });
    }

    /// Nothing more will come.
    pub fn end(&self) {
        self.change(|state| state.ended = true);
    }

    pub fn has_ended(&self) -> bool {
        self.state().ended
    }

    /// Whether there is nothing after the event of that number, and will not be.
    pub fn is_read(&self, seq: u64) -> bool {
        let state = self.state();
        state.ended && state.entries.len() as u64 <= seq
    }

    /// What all events take.
    pub fn bytes(&self) -> usize {
        self.state().bytes
    }

    /// Whether more may be told before something is read.
    pub fn has_room(&self) -> bool {
        !self.0.paced || self.state().unread < LAG_BYTES
    }

    /// Waits until it is so.
    pub async fn room(&self) {
        self.wait_until(|_| self.has_room()).await;
    }

    /// Waits until nobody reads.
    pub async fn left(&self) {
        self.wait_until(|feed| feed.state().readers == 0).await;
    }

    /// Waits until somebody reads.
    pub async fn joined(&self) {
        self.wait_until(|feed| feed.state().readers > 0).await;
    }

    /// Waits until nothing more will come.
    pub async fn ended(&self) {
        self.wait_until(Self::has_ended).await;
    }

    /// Reads what comes after the event of that number. Where the run waits for its reader, an
    /// earlier one is replaced.
    pub fn read(&self, after: u64) -> Reader {
        let mut number = 0;
        self.change(|state| {
            state.readers += 1;
            state.reader += 1;
            number = state.reader;
            state.unread = (state.entries.iter())
                .filter(|entry| entry.seq > after)
                .map(|entry| entry.json.len())
                .sum();
        });
        Reader {
            feed: self.clone(),
            after,
            number,
        }
    }

    async fn wait_until(&self, is_so: impl Fn(&Self) -> bool) {
        let mut changed = self.0.changed.subscribe();
        while !is_so(self) {
            // The sender lives as long as `self`.
            let _ = changed.changed().await;
        }
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.state());
        self.0.changed.send_modify(|count| *count += 1);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for Feed {
    fn default() -> Self {
        Self::new()
    }
}

impl Reader {
    /// The next event; waits for it. Cancel-safe.
    pub async fn next(&mut self) -> Next {
        let mut changed = self.feed.0.changed.subscribe();
        loop {
            if let Some(next) = self.now() {
                return next;
            }
            let _ = changed.changed().await;
        }
    }

    /// The next event, if there is one.
    pub fn now(&mut self) -> Option<Next> {
        let feed = self.feed.clone();
        let mut state = feed.state();
        if feed.0.paced && state.reader != self.number {
            return Some(Next::Replaced);
        }
        let at = usize::try_from(self.after).unwrap_or(usize::MAX);
        let Some(entry) = state.entries.get(at).cloned() else {
            return state.ended.then_some(Next::End);
        };
        self.after = entry.seq;
        let could = state.unread >= LAG_BYTES;
        state.unread = state.unread.saturating_sub(entry.json.len());
        let can = state.unread < LAG_BYTES;
        drop(state);
        if could && can {
            feed.change(|_| {});
        }
        Some(Next::Event(entry))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.feed.change(|state| state.readers -= 1);
    }
}

#[cfg(test)]
mod tests;
