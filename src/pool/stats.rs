//! What a pool tells about itself. Counters and gauges only; nothing here decides anything.

use crate::engine::Source;
use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use warmbox_protocol::Hello;

/// Claim waits remembered for the percentiles.
const REMEMBERED_WAITS: usize = 1024;

/// Why a runner ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Retired {
    /// Idle too long, above the floor.
    Idle,
    Uses,
    Age,
    /// It cannot make fresh sandboxes.
    SingleUse,
    /// It was made from another image than the present one.
    Replaced,
    /// Its link ended by itself.
    Lost,
    /// It did not answer while it was idle, or did not begin with a run.
    Unanswered,
    /// It could not put up or enter a sandbox.
    Refused,
    Overdue,
    Unexpected,
    Shutdown,
}

impl Retired {
    /// As in the figures.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Uses => "uses",
            Self::Age => "age",
            Self::SingleUse => "single_use",
            Self::Replaced => "replaced",
            Self::Lost => "lost",
            Self::Unanswered => "unanswered",
            Self::Refused => "refused",
            Self::Overdue => "overdue",
            Self::Unexpected => "unexpected",
            Self::Shutdown => "shutdown",
        }
    }
}

/// A pool's figures at one moment.
#[derive(Debug, Clone, Default)]
pub struct Snapshot {
    pub starting: usize,
    pub idle: usize,
    pub busy: usize,
    pub recycling: usize,
    pub waiting: usize,
    pub alive: usize,
    pub created: u64,
    pub failed: u64,
    pub claimed: u64,
    pub claimed_warm: u64,
    pub reused: u64,
    pub retired: BTreeMap<Retired, u64>,
    /// Runners whose supervisor the kernel ended for want of memory.
    pub out_of_memory: u64,
    pub claim_wait_p50: Duration,
    pub claim_wait_p95: Duration,
    pub hello: Option<Hello>,
    pub source: Option<Source>,
    pub last_error: Option<String>,
    /// Why its language is left out.
    pub left_out: Option<String>,
}

#[derive(Default)]
pub(super) struct Stats {
    starting: Gauge,
    busy: Gauge,
    recycling: Gauge,
    waiting: Gauge,
    examined: Gauge,
    created: AtomicU64,
    failed: AtomicU64,
    claimed: AtomicU64,
    claimed_warm: AtomicU64,
    reused: AtomicU64,
    out_of_memory: AtomicU64,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    retired: BTreeMap<Retired, u64>,
    waits: VecDeque<Duration>,
    hello: Option<Hello>,
    source: Option<Source>,
    last_error: Option<String>,
    left_out: Option<String>,
    failures_in_a_row: u32,
}

/// Counts what is there now: one more for as long as its guard lives.
#[derive(Default, Clone)]
struct Gauge(Arc<AtomicUsize>);

/// One in a gauge.
pub(super) struct Counted(Arc<AtomicUsize>);

impl Gauge {
    fn count(&self) -> Counted {
        self.0.fetch_add(1, Ordering::Relaxed);
        Counted(self.0.clone())
    }

    fn value(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Stats {
    pub(super) fn starting_guard(&self) -> Counted {
        self.starting.count()
    }

    pub(super) fn busy_guard(&self) -> Counted {
        self.busy.count()
    }

    pub(super) fn recycling_guard(&self) -> Counted {
        self.recycling.count()
    }

    pub(super) fn waiting_guard(&self) -> Counted {
        self.waiting.count()
    }

    /// An idle runner that is being asked whether it lives.
    pub(super) fn examined_guard(&self) -> Counted {
        self.examined.count()
    }

    pub(super) fn examined(&self) -> usize {
        self.examined.value()
    }

    pub(super) fn starting(&self) -> usize {
        self.starting.value()
    }

    pub(super) fn busy(&self) -> usize {
        self.busy.value()
    }

    pub(super) fn recycling(&self) -> usize {
        self.recycling.value()
    }

    pub(super) fn waiting(&self) -> usize {
        self.waiting.value()
    }

    pub(super) fn created(&self, hello: &Hello, source: &Source) {
        self.created.fetch_add(1, Ordering::Relaxed);
        let mut rest = self.rest();
        rest.hello = Some(hello.clone());
        rest.source = Some(source.clone());
        rest.last_error = None;
        rest.left_out = None;
        rest.failures_in_a_row = 0;
    }

    /// Notes a creation that failed; answers how many did in a row.
    pub(super) fn failed(&self, error: String) -> u32 {
        self.failed.fetch_add(1, Ordering::Relaxed);
        let mut rest = self.rest();
        rest.last_error = Some(error);
        rest.failures_in_a_row += 1;
        rest.failures_in_a_row
    }

    /// Notes whether what the language needs is missing; answers whether that is news.
    pub(super) fn leave_out(&self, lack: Option<String>) -> bool {
        let mut rest = self.rest();
        let news = rest.left_out != lack;
        rest.left_out = lack;
        news
    }

    pub(super) fn why_left_out(&self) -> Option<String> {
        self.rest().left_out.clone()
    }

    pub(super) fn any_created(&self) -> bool {
        self.created.load(Ordering::Relaxed) > 0
    }

    pub(super) fn claimed(&self, warm: bool, used_before: bool, waited: Duration) {
        self.claimed.fetch_add(1, Ordering::Relaxed);
        self.claimed_warm
            .fetch_add(u64::from(warm), Ordering::Relaxed);
        self.reused
            .fetch_add(u64::from(used_before), Ordering::Relaxed);
        let mut rest = self.rest();
        if rest.waits.len() == REMEMBERED_WAITS {
            rest.waits.pop_front();
        }
        rest.waits.push_back(waited);
    }

    pub(super) fn retired(&self, why: Retired) {
        *self.rest().retired.entry(why).or_default() += 1;
    }

    pub(super) fn out_of_memory(&self) {
        self.out_of_memory.fetch_add(1, Ordering::Relaxed);
    }

    pub(super) fn last_error(&self) -> Option<String> {
        self.rest().last_error.clone()
    }

    /// The version that the newest runner told.
    pub(super) fn toolchain(&self) -> Option<String> {
        (self.rest().hello.as_ref()).map(|hello| hello.toolchain.clone())
    }

    /// Whether a run can have a terminal, as the newest runner told; not known before the first.
    pub(super) fn has_terminals(&self) -> bool {
        (self.rest().hello.as_ref()).is_none_or(|hello| hello.abilities.terminal)
    }

    pub(super) fn failures_in_a_row(&self) -> u32 {
        self.rest().failures_in_a_row
    }

    /// All figures but `idle` and `alive`, which the pool itself knows.
    pub(super) fn snapshot(&self) -> Snapshot {
        let rest = self.rest();
        let mut waits: Vec<_> = rest.waits.iter().copied().collect();
        waits.sort_unstable();
        Snapshot {
            starting: self.starting.value(),
            busy: self.busy.value(),
            recycling: self.recycling.value(),
            waiting: self.waiting.value(),
            created: self.created.load(Ordering::Relaxed),
            failed: self.failed.load(Ordering::Relaxed),
            claimed: self.claimed.load(Ordering::Relaxed),
            claimed_warm: self.claimed_warm.load(Ordering::Relaxed),
            reused: self.reused.load(Ordering::Relaxed),
            out_of_memory: self.out_of_memory.load(Ordering::Relaxed),
            retired: rest.retired.clone(),
            claim_wait_p50: percentile(&waits, 50),
            claim_wait_p95: percentile(&waits, 95),
            hello: rest.hello.clone(),
            source: rest.source.clone(),
            last_error: rest.last_error.clone(),
            left_out: rest.left_out.clone(),
            ..Snapshot::default()
        }
    }

    fn rest(&self) -> std::sync::MutexGuard<'_, Rest> {
        self.rest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The nearest-rank percentile of a sorted list; zero for an empty one.
fn percentile(sorted: &[Duration], percent: usize) -> Duration {
    let rank = (sorted.len() * percent).div_ceil(100);
    sorted
        .get(rank.saturating_sub(1))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_by_nearest_rank() {
        let waits: Vec<_> = (1..=20).map(Duration::from_millis).collect();
        assert_eq!(percentile(&waits, 50), Duration::from_millis(10));
        assert_eq!(percentile(&waits, 95), Duration::from_millis(19));
        assert_eq!(percentile(&waits[..1], 95), Duration::from_millis(1));
        assert_eq!(percentile(&[], 50), Duration::ZERO);
    }

    #[test]
    fn a_gauge_falls_when_its_guard_goes() {
        let stats = Stats::default();
        let guard = stats.waiting_guard();
        assert_eq!(stats.waiting(), 1);
        drop(guard);
        assert_eq!(stats.waiting(), 0);
    }
}
