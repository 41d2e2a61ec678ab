//! What became of every request, counted; and which fault was under way when.

use super::fault::Fault;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// Of failures, as many are told in full.
const TOLD: usize = 20;

/// What clients and faults have in common.
pub(super) struct Shared {
    pub(super) begun: Instant,
    /// The next program's number.
    pub(super) number: AtomicU64,
    pub(super) in_flight: AtomicU32,
    pub(super) pause: AtomicBool,
    pub(super) end: AtomicBool,
    /// Which server it is: connections to the one before are of no use.
    pub(super) life: AtomicU32,
    tally: Mutex<Tally>,
    windows: Mutex<Vec<Window>>,
    kills: Mutex<Vec<Instant>>,
}

/// From before a fault until all is well again.
struct Window {
    fault: Fault,
    from: Instant,
    to: Option<Instant>,
}

#[derive(Debug, Default, Clone)]
pub(super) struct Tally {
    pub(super) requests: u64,
    /// Right answers, by language and verdict.
    pub(super) answers: BTreeMap<(&'static str, &'static str), u64>,
    /// Honest refusals, by code.
    pub(super) refusals: BTreeMap<String, u64>,
    /// Of these, with no fault under way.
    pub(super) refused_at_peace: u64,
    /// Closed by the client itself.
    pub(super) abandoned: u64,
    /// Nobody listened, between two servers.
    pub(super) nobody: u64,
    /// Cut by a SIGKILL of the server.
    pub(super) cut_by_kill: u64,
    /// Answered with 500 after two runners were killed under it.
    pub(super) lost_twice: u64,
    /// Jobs that were answered with 202.
    pub(super) jobs: u64,
    /// Of these, fetched with the right result, by language and verdict.
    pub(super) fetched: BTreeMap<(&'static str, &'static str), u64>,
    /// Of these, begun more than once.
    pub(super) begun_again: u64,
    /// Of these, cancelled by their client.
    pub(super) cancelled: u64,
    /// Of these, done before they could be cancelled.
    pub(super) too_late: u64,
    /// Submissions that were sent again under their key.
    pub(super) sent_again: u64,
    /// Runs that were followed and told all, right and once.
    pub(super) followed: u64,
    /// Of these, gone on with after a cut.
    pub(super) gone_on: u64,
    /// Followed, and lost with their server or their runner, which was said.
    pub(super) lost_with_it: u64,
    pub(super) failed: u64,
    pub(super) failures: Vec<String>,
}

impl Tally {
    pub(super) fn fail(&mut self, words: String) {
        eprintln!("soak: FAILURE: {words}");
        self.failed += 1;
        if self.failures.len() < TOLD {
            self.failures.push(words);
        }
    }
}

impl Shared {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            begun: Instant::now(),
            // Every soak has numbers of its own, so that nothing is known from the one before.
            number: AtomicU64::new(seed % 1_000_000 * 1_000_000_000 + 1),
            in_flight: AtomicU32::new(0),
            pause: AtomicBool::new(false),
            end: AtomicBool::new(false),
            life: AtomicU32::new(0),
            tally: Mutex::default(),
            windows: Mutex::default(),
            kills: Mutex::default(),
        }
    }

    pub(super) fn tally(&self) -> MutexGuard<'_, Tally> {
        lock(&self.tally)
    }

    /// Tells a failure with the time and the last fault before it.
    pub(super) fn fail(&self, words: &str) {
        let at = self.begun.elapsed().as_secs();
        let last = lock(&self.windows)
            .last()
            .map(|it| (it.fault, it.from.elapsed().as_secs_f64(), it.to.is_some()));
        let last = match last {
            None => "before any fault".to_owned(),
            Some((fault, ago, over)) => {
                let state = if over { "recovered from" } else { "under way" };
                format!("{ago:.1} s after \"{fault}\", {state}")
            }
        };
        self.tally().fail(format!("at {at} s, {last}: {words}"));
    }

    pub(super) fn fault_begins(&self, fault: Fault) {
        lock(&self.windows).push(Window {
            fault,
            from: Instant::now(),
            to: None,
        });
    }

    pub(super) fn fault_is_over(&self) {
        if let Some(last) = lock(&self.windows).last_mut() {
            last.to = Some(Instant::now());
        }
    }

    pub(super) fn runner_is_killed(&self) {
        lock(&self.kills).push(Instant::now());
    }

    /// How many runners were killed since then.
    pub(super) fn kills_since(&self, then: Instant) -> usize {
        let kills = lock(&self.kills);
        kills.iter().filter(|at| **at >= then).count()
    }

    /// Whether such a fault was under way at some time since then.
    pub(super) fn met(&self, then: Instant, is_meant: impl Fn(Fault) -> bool) -> bool {
        let windows = lock(&self.windows);
        let mut meant = windows.iter().filter(|it| is_meant(it.fault));
        meant.any(|it| it.to.is_none_or(|to| to + GRACE >= then))
    }

    /// Whether such a fault had begun by then and was not over.
    pub(super) fn was_under_way(&self, then: Instant, fault: Fault) -> bool {
        let windows = lock(&self.windows);
        let mut meant = windows.iter().filter(|it| it.fault == fault);
        meant.any(|it| it.from <= then && it.to.is_none_or(|to| to + GRACE >= then))
    }
}

/// What was under way at the end of a fault may be told a moment later.
const GRACE: Duration = Duration::from_millis(500);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
