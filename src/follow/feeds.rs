//! The events of runs that go on by themselves, by their ids: while they go on, and for a while after,
//! within a bound.

use super::feed::Feed;
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use uuid::Uuid;

/// What the events of runs that are over may take together.
const OVER_BYTES: usize = 64 << 20;

/// All of them. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Feeds(Arc<Shared>);

#[derive(Default)]
struct Shared {
    state: Mutex<State>,
    /// Raised when there is a new one.
    begun: watch::Sender<u64>,
}

#[derive(Default)]
struct State {
    feeds: HashMap<Uuid, (u32, Feed)>,
    over: VecDeque<(Uuid, u32, usize)>,
    over_bytes: usize,
}

/// One that goes on. Dropping it is its end.
pub struct Going {
    feeds: Feeds,
    id: Uuid,
    attempt: u32,
    pub feed: Feed,
}

impl Feeds {
    /// Begins one, in the place of that of an earlier attempt.
    pub fn begin(&self, id: Uuid, attempt: u32) -> Going {
        let feed = Feed::new();
        self.state().feeds.insert(id, (attempt, feed.clone()));
        self.0.begun.send_modify(|count| *count += 1);
        Going {
            feeds: self.clone(),
            id,
            attempt,
            feed,
        }
    }

    /// The newest attempt of a run, and its events.
    pub fn find(&self, id: Uuid) -> Option<(u32, Feed)> {
        self.state().feeds.get(&id).cloned()
    }

    /// Tells when another begins.
    pub fn watch(&self) -> watch::Receiver<u64> {
        self.0.begun.subscribe()
    }

    fn is_over(&self, id: Uuid, attempt: u32, bytes: usize) {
        let mut state = self.state();
        state.over.push_back((id, attempt, bytes));
        state.over_bytes += bytes;
        while state.over_bytes > OVER_BYTES
            && let Some((oldest, attempt, bytes)) = state.over.pop_front()
        {
            state.over_bytes -= bytes;
            if (state.feeds.get(&oldest)).is_some_and(|(newest, _)| *newest == attempt) {
                state.feeds.remove(&oldest);
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Going {
    fn drop(&mut self) {
        self.feed.end();
        // Something is held for each, however little it told.
        let bytes = self.feed.bytes() + 1024;
        self.feeds.is_over(self.id, self.attempt, bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;

    #[test]
    fn what_is_over_is_kept_until_others_need_the_room() {
        let feeds = Feeds::default();
        let first = Uuid::new_v4();
        let going = feeds.begin(first, 1);
        let large = "x".repeat(OVER_BYTES - 4096);
        going.feed.push(&Event::Stdout { text: &large });
        drop(going);
        assert!(feeds.find(first).is_some_and(|(_, feed)| feed.has_ended()));
        // A new attempt is not forgotten with the old one.
        let again = feeds.begin(first, 2);
        for _ in 0..4 {
            drop(feeds.begin(Uuid::new_v4(), 1));
        }
        assert_eq!(feeds.find(first).map(|(attempt, _)| attempt), Some(2));
        drop(again);
    }
}
