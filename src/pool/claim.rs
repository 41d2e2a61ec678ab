//! Getting a runner: at once where one is ready, else in a bounded queue, first come first served
//! for each who asks, and fair between them.

use super::runner::Idle;
use super::stats::Retired;
use super::turns::Full;
use super::{Claimed, Pool};
use std::pin::pin;
use std::time::{Duration, Instant};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;

/// A runner for one request, and how it was come by.
pub struct Claim {
    pub runner: Claimed,
    /// Time spent in the queue; zero when a runner was ready.
    pub queued: Duration,
    /// The place in the queue at first, from 1; 0 when a runner was ready.
    pub position: usize,
}

/// On whose behalf a runner is claimed, and how to call it off. One request may claim several.
#[derive(Clone, Copy)]
pub struct Asker<'a> {
    /// An API key's name; the same for all where there are no keys.
    pub who: &'a str,
    pub cancel: &'a CancellationToken,
    /// Hears the place in the queue, as soon as it is known.
    pub queued: Option<&'a (dyn Fn(usize) + Sync)>,
}

impl Asker<'_> {
    fn is_queued(&self, position: usize) {
        if let Some(queued) = self.queued {
            queued(position);
        }
    }
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
    pub async fn claim(&self, asker: Asker<'_>) -> Result<Claim, ClaimError> {
        let shared = &self.0;
        let began = Instant::now();
        loop {
            let (mut idle, position) = match self.at_once() {
                Some(idle) => {
                    asker.is_queued(0);
                    (idle, 0)
                }
                None => self.wait_for_one(began, asker).await?,
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

    /// A runner that is ready, unless somebody waits for it already.
    fn at_once(&self) -> Option<Idle> {
        match self.0.turns.are_taken() {
            true => None,
            false => self.0.ready.try_remove().ok(),
        }
    }

    /// Waits in the queue until a runner is ready; answers its place there at first.
    async fn wait_for_one(
        &self,
        began: Instant,
        asker: Asker<'_>,
    ) -> Result<(Idle, usize), ClaimError> {
        let shared = &self.0;
        let language = shared.language.name.clone();
        let _waiting = shared.stats.waiting_guard();
        let position = shared.stats.waiting();
        asker.is_queued(position);
        shared.wake.notify_one();
        let patience = shared.settings.queue_timeout;
        let left = patience.saturating_sub(began.elapsed());
        // One future for the whole wait: it is the place in the queue.
        let mut coming = pin!(timeout(left, async {
            let turn = shared.turns.wait(asker.who).await?;
            // Closed at the end of the server only, whose requests hear of it by another way.
            let idle = shared.ready.remove().await.map_err(|_| Full)?;
            drop(turn);
            Ok::<_, Full>(idle)
        }));
        let got = loop {
            let failed = shared.failed.notified();
            if let Some(reason) = self.hopeless() {
                // Waiting would end in the same words, later.
                return Err(ClaimError::NoRunner { language, reason });
            }
            tokio::select! {
                got = &mut coming => break got,
                () = asker.cancel.cancelled() => return Err(ClaimError::Cancelled),
                () = failed => {}
            }
        };
        match got {
            Ok(Ok(idle)) => Ok((idle, position)),
            Ok(Err(Full)) if shared.stop.is_cancelled() => Err(ClaimError::Cancelled),
            Ok(Err(Full)) => Err(ClaimError::QueueFull {
                language,
                // Without the one that is told so.
                waiting: shared.stats.waiting().saturating_sub(1),
            }),
            Err(_) => Err(match self.why_none() {
                Some(reason) => ClaimError::NoRunner { language, reason },
                None => ClaimError::TooLong {
                    language,
                    waited: patience,
                },
            }),
        }
    }

    /// Why no runner will come soon: there is none, and to make one failed, and failed again; or
    /// what it needs is not there.
    fn hopeless(&self) -> Option<String> {
        let stats = &self.0.stats;
        let left_out = stats.why_left_out();
        if left_out.is_some() {
            return left_out;
        }
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
