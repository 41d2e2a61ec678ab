//! The states of the service, each entered once and in order, and logged with its reason.

use serde::Serialize;
use std::sync::{Mutex, PoisonError};
use std::time::Instant;
use tokio_util::sync::CancellationToken;

/// What the service is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ServiceState {
    /// The port is ours, and the first runners are being made.
    Starting,
    /// At least one language can be executed.
    Running,
    /// New work is refused, running work finishes.
    Stopping,
    Stopped,
}

impl ServiceState {
    pub const ALL: [Self; 4] = [Self::Starting, Self::Running, Self::Stopping, Self::Stopped];

    pub fn name(self) -> &'static str {
        match self {
            Self::Starting => "starting",
            Self::Running => "running",
            Self::Stopping => "stopping",
            Self::Stopped => "stopped",
        }
    }
}

/// The one place that knows the state.
pub(super) struct Life {
    now: Mutex<(ServiceState, Instant)>,
    born: Instant,
    stopping: CancellationToken,
}

impl Life {
    pub(super) fn begin() -> Self {
        let now = Instant::now();
        tracing::info!(state = ServiceState::Starting.name(), "the service begins");
        Self {
            now: Mutex::new((ServiceState::Starting, now)),
            born: now,
            stopping: CancellationToken::new(),
        }
    }

    /// Goes on to a later state. There is no way back: an earlier one, or the same, changes nothing.
    pub(super) fn enter(&self, next: ServiceState, reason: &str) {
        let mut now = self.now.lock().unwrap_or_else(PoisonError::into_inner);
        let (before, since) = *now;
        if next <= before {
            return;
        }
        *now = (next, Instant::now());
        drop(now);
        if next >= ServiceState::Stopping {
            self.stopping.cancel();
        }
        tracing::info!(
            state = next.name(),
            before = before.name(),
            after_ms = since.elapsed().as_millis() as u64,
            reason,
            "the service changes its state"
        );
    }

    pub(super) fn state(&self) -> ServiceState {
        self.now.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    /// Cancelled from `Stopping` on.
    pub(super) fn is_stopping(&self) -> bool {
        self.stopping.is_cancelled()
    }

    pub(super) fn uptime(&self) -> std::time::Duration {
        self.born.elapsed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_no_way_back() {
        let life = Life::begin();
        assert_eq!(life.state(), ServiceState::Starting);
        life.enter(ServiceState::Stopping, "a test");
        assert!(life.is_stopping());
        life.enter(ServiceState::Running, "too late");
        assert_eq!(life.state(), ServiceState::Stopping);
        life.enter(ServiceState::Stopped, "the end");
        assert_eq!(life.state(), ServiceState::Stopped);
    }
}
