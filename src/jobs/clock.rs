//! The time by which jobs are judged: the wall clock as it stood when the server started, and since
//! then the monotonic one. So a clock that is set while the server runs makes no job expire, and a
//! job's time goes on while no server runs.

use super::job::Moment;
use rustix::time::{ClockId, clock_gettime};
use tokio::time::Instant;

#[derive(Debug, Clone)]
pub(crate) struct Clock {
    began: Instant,
    wall_ms: Moment,
    /// How far a test has put it forward.
    #[cfg(test)]
    pub(super) ahead_ms: std::sync::Arc<std::sync::atomic::AtomicU64>,
}

impl Clock {
    pub(crate) fn start() -> Self {
        Self {
            began: Instant::now(),
            wall_ms: wall_ms(),
            #[cfg(test)]
            ahead_ms: std::sync::Arc::default(),
        }
    }

    pub(crate) fn now(&self) -> Moment {
        let since = u64::try_from(self.began.elapsed().as_millis()).unwrap_or(u64::MAX);
        let now = self.wall_ms.saturating_add(since);
        #[cfg(test)]
        let now = now + self.ahead_ms.load(std::sync::atomic::Ordering::Relaxed);
        now
    }
}

/// The wall clock of this moment, for those who compare it with their own.
pub(super) fn wall_ms() -> Moment {
    let now = clock_gettime(ClockId::Realtime);
    let (seconds, nanoseconds) = (now.tv_sec.max(0) as u64, now.tv_nsec.max(0) as u64);
    seconds
        .saturating_mul(1000)
        .saturating_add(nanoseconds / 1_000_000)
}
