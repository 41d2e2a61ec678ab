//! Getting a runner: at once where one is ready, else in a bounded queue, first come first
//! served.

use super::runner::Idle;
use super::stats::Retired;
use super::{Claimed, Pool};
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio_util::sync::CancellationToken;

/// A runner for one request, and how it was come by.
pub struct Claim {
    pub runner: Claimed,
    /// Time spent in the queue; zero when a runner was ready.
    pub queued: Duration,
    /// The place in the queue at first, from 1; 0 when a runner was ready.
    pub position: usize,
}

/// Why a request gets no runner.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ClaimError {
    #[error("{waiting} requests wait for a {language} runner already")]
    QueueFull { language: String, waiting: usize },
    #[error("no {language} runner became free within {} s", .waited.as_secs())]
    TooLong { language: String, waited: Duration },
    #[error("there is no {language} runner: {reason}")]
    NoRunner { language: String, reason: String },
    #[error("the request was cancelled while it waited")]
    Cancelled,
}

impl Pool {
    /// Claims a runner and sees to its replacement at once. Runners that died while they waited
    /// are passed over.
    pub async fn claim(&self, cancel: &CancellationToken) -> Result<Claim, ClaimError> {
        let shared = &self.0;
        let began = Instant::now();
        loop {
            let (mut idle, position) = match shared.ready.try_remove() {
                Ok(idle) => (idle, 0),
                Err(_) => self.wait_for_one(began, cancel).await?,
            };
            shared.wake.notify_one();
            if idle.ended().await {
                idle.retire(Retired::Lost);
                continue;
            }
            let waited = began.elapsed();
            let warm = position == 0;
            shared.stats.claimed(warm, idle.used_before(), waited);
            return Ok(Claim {
                runner: idle.claim(),
                queued: if warm { Duration::ZERO } else { waited },
                position,
            });
        }
    }

    /// Waits in the queue until a runner is ready; answers its place there at first.
    async fn wait_for_one(
        &self,
        began: Instant,
        cancel: &CancellationToken,
    ) -> Result<(Idle, usize), ClaimError> {
        let shared = &self.0;
        let language = shared.language.name.clone();
        let Ok(_place) = shared.queue.try_acquire() else {
            let waiting = shared.stats.waiting();
            return Err(ClaimError::QueueFull { language, waiting });
        };
        let _waiting = shared.stats.waiting_guard();
        let position = shared.stats.waiting();
        shared.wake.notify_one();
        let patience = shared.settings.queue_timeout;
        let left = patience.saturating_sub(began.elapsed());
        // One future for the whole wait: it is the place in the queue.
        let mut coming = pin!(shared.ready.timeout_remove(Some(left)));
        let got = loop {
            let failed = shared.failed.notified();
            if let Some(reason) = self.hopeless() {
                // Waiting would end in the same words, later.
                return Err(ClaimError::NoRunner { language, reason });
            }
            tokio::select! {
                got = &mut coming => break got,
                () = cancel.cancelled() => return Err(ClaimError::Cancelled),
                () = failed => {}
            }
        };
        got.map(|idle| (idle, position))
            .map_err(|_| match self.why_none() {
                Some(reason) => ClaimError::NoRunner { language, reason },
                None => ClaimError::TooLong {
                    language,
                    waited: patience,
                },
            })
    }

    /// Why no runner will come soon: there is none, and to make one failed, and failed again.
    fn hopeless(&self) -> Option<String> {
        let stats = &self.0.stats;
        (self.working() == 0 && stats.failures_in_a_row() > 1)
            .then(|| stats.last_error())
            .flatten()
    }

    /// Why no runner came, unless it is that others have them.
    fn why_none(&self) -> Option<String> {
        let shared = &self.0;
        let slow = || {
            let doing = shared.engine.doing(&shared.language.name);
            doing.unwrap_or_else(|| "none was started in time".to_owned())
        };
        let none = (self.working() == 0).then(slow);
        shared.stats.last_error().or(none)
    }
}
