//! How all parts of the service are. Each is looked at in the background; whoever asks reads what
//! was seen, at once, and learns how long ago.

use crate::api::{Part, PartState};
use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// What was seen of one part.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    pub(super) name: String,
    pub(super) state: PartState,
    pub(super) detail: String,
    pub(super) at: Instant,
    /// What is not well yet, and is not expected to be, is no error.
    pub(super) is_error: bool,
}

impl Seen {
    pub(super) fn now(
        name: impl Into<String>,
        state: PartState,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            name: name.into(),
            state,
            detail: detail.into(),
            at: Instant::now(),
            is_error: state != PartState::Ok,
        }
    }

    /// Not well, as is to be expected for the moment.
    pub(super) fn not_yet(
        name: impl Into<String>,
        state: PartState,
        detail: impl Into<String>,
    ) -> Self {
        Self {
            is_error: false,
            ..Self::now(name, state, detail)
        }
    }
}

/// What is known of all parts.
#[derive(Default)]
pub(super) struct Board(Mutex<BTreeMap<String, Entry>>);

struct Entry {
    state: PartState,
    detail: String,
    since: Instant,
    seen: Instant,
    last_error: Option<(String, Instant)>,
}

impl Board {
    pub(super) fn note(&self, seen: Seen) {
        let mut entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let error = seen.is_error.then(|| (seen.detail.clone(), seen.at));
        match entries.get_mut(&seen.name) {
            None => {
                let entry = Entry {
                    state: seen.state,
                    detail: seen.detail,
                    since: seen.at,
                    seen: seen.at,
                    last_error: error,
                };
                entries.insert(seen.name, entry);
            }
            Some(entry) => {
                if entry.state != seen.state {
                    entry.since = seen.at;
                    // That it has begun is told elsewhere.
                    if seen.is_error || entry.last_error.is_some() {
                        tell(&seen.name, seen.state, &seen.detail);
                    }
                }
                (entry.state, entry.detail, entry.seen) = (seen.state, seen.detail, seen.at);
                entry.last_error = error.or(entry.last_error.take());
            }
        }
    }

    pub(super) fn parts(&self) -> Vec<Part> {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let seconds = |at: &Instant| (at.elapsed().as_millis() as f64) / 1000.0;
        let part = |(name, entry): (&String, &Entry)| Part {
            name: name.clone(),
            state: entry.state,
            detail: entry.detail.clone(),
            for_s: seconds(&entry.since),
            checked_s_ago: seconds(&entry.seen),
            last_error: entry.last_error.as_ref().map(|(words, _)| words.clone()),
            last_error_s_ago: entry.last_error.as_ref().map(|(_, at)| seconds(at)),
        };
        entries.iter().map(part).collect()
    }
}

fn tell(part: &str, state: PartState, detail: &str) {
    match state {
        PartState::Ok => tracing::info!(part, detail, "a part of the service is well again"),
        _ => tracing::warn!(part, ?state, detail, "a part of the service is not well"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_keeps_its_last_error_and_the_time_of_its_last_change() {
        let board = Board::default();
        board.note(Seen::now("disk", PartState::Ok, "much room"));
        let first = board.parts().remove(0);
        assert_eq!((first.state, first.last_error), (PartState::Ok, None));
        board.note(Seen::now("disk", PartState::Down, "full"));
        board.note(Seen::now("disk", PartState::Ok, "some room"));
        let last = board.parts().remove(0);
        assert_eq!((last.state, &*last.detail), (PartState::Ok, "some room"));
        assert_eq!(last.last_error.as_deref(), Some("full"));
    }
}
