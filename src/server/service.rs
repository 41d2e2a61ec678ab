//! What the interface asks for, answered from the pools.

use super::engine::Watch;
use super::figures;
use super::guards::Guards;
use super::health::Board;
use super::life::Life;
use super::live::Live;
use super::stop::Asked;
use super::watchdog::Watchdog;
use crate::api::{Answering, Health, MemoryReport, PoolStats, Readiness, Service, ServiceError};
use crate::blobs::Blobs;
use crate::engine::Counted;
use crate::follow::Follow;
use crate::jobs::Jobs;
use crate::language::Language;
use crate::logging::Log;
use crate::metrics::Metrics;
use crate::pool::{ClaimError, Pool};
use crate::run::answer::Answer;
use crate::run::request::RunRequest;
use crate::run::{self, Means, RunError};
use crate::tasks::Tasks;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;

/// What a client that was turned away is told to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// The same where it is the machine that has to recover.
const GUARDED_RETRY_AFTER: Duration = Duration::from_secs(10);
/// How long the start may wait for the first runners before it says so.
const SETTLE_DEADLINE: Duration = Duration::from_secs(30);

/// Which languages can be executed, of those that are not left out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Able {
    All,
    Some,
    Nothing,
}

/// What the interface's questions are answered from.
pub(super) struct Parts {
    pub(super) engine: Arc<Counted>,
    pub(super) watch: Watch,
    pub(super) means: Means,
    pub(super) jobs: Jobs,
    pub(super) blobs: Blobs,
    pub(super) life: Arc<Life>,
    pub(super) live: Arc<Live>,
    pub(super) guards: Guards,
    pub(super) board: Arc<Board>,
    pub(super) tasks: Tasks,
    pub(super) log: Log,
    pub(super) watchdog: Watchdog,
    pub(super) metrics: Arc<Metrics>,
    pub(super) wish: mpsc::Sender<Asked>,
    /// The server before this one was ended for want of memory.
    pub(super) last_was_out_of_memory: bool,
    /// Another server has the same socket after this one.
    pub(super) handed_over: bool,
}

/// All pools of a server, and all that tells how it is.
pub(super) struct Pools {
    parts: Parts,
    /// Requests that are being executed.
    runs: TaskTracker,
    cancelling: CancellationToken,
}

impl Pools {
    pub(super) fn new(parts: Parts) -> Self {
        Self {
            parts,
            runs: TaskTracker::new(),
            cancelling: CancellationToken::new(),
        }
    }

    /// From here on new work is refused; where another server takes it, that on open connections
    /// is not.
    pub(super) fn refuse_new(&self) {
        if !self.parts.handed_over {
            self.close();
        }
    }

    /// After this, `finished` can be reached.
    pub(super) fn close(&self) {
        self.runs.close();
    }

    pub(super) fn cancel_all(&self) {
        self.cancelling.cancel();
    }

    /// Waits until nothing is being executed; only of use after `close`.
    pub(super) async fn finished(&self) {
        self.runs.wait().await;
    }

    /// Requests that are being executed, or wait for a runner.
    pub(super) fn running(&self) -> usize {
        self.runs.len()
    }

    pub(super) fn watchdog(&self) -> &Watchdog {
        &self.parts.watchdog
    }

    pub(super) fn parts(&self) -> &Parts {
        &self.parts
    }

    /// Something that takes long is going on before a language can be executed.
    pub(super) fn is_at_something(&self) -> bool {
        let doing = |pool: &Pool| pool.engine().doing(&pool.language().name);
        self.parts
            .means
            .pools
            .iter()
            .any(|pool| doing(pool).is_some())
    }

    /// Waits until every pool is at its floor or has failed, or the deadline has passed.
    pub(super) async fn settled(&self) {
        let deadline = tokio::time::Instant::now() + SETTLE_DEADLINE;
        for pool in self.parts.means.pools.iter() {
            while !pool.settled() && tokio::time::Instant::now() < deadline {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// How many of the languages can be executed.
    pub(super) fn able(&self) -> Able {
        let offered = self
            .parts
            .means
            .pools
            .iter()
            .filter(|pool| pool.left_out().is_none());
        let able: Vec<_> = offered.map(Pool::able).collect();
        match able.iter().filter(|able| **able).count() {
            0 => Able::Nothing,
            count if count == able.len() => Able::All,
            _ => Able::Some,
        }
    }

    fn pool(&self, language: &Language) -> Option<&Pool> {
        self.parts
            .means
            .pools
            .iter()
            .find(|pool| pool.language().name == language.name)
    }

    async fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
        follow: Option<Follow>,
    ) -> Result<Answer, ServiceError> {
        if let Some(refusal) = self.refusal() {
            return Err(refusal);
        }
        let Some(pool) = self.pool(&request.language).cloned() else {
            return Err(ServiceError::Internal {
                reason: "the language has no pool".to_owned(),
            });
        };
        // Where there is no runner and nobody to make one, waiting would be in vain.
        if pool.working() == 0
            && let Some(reason) = self.parts.watch.error()
        {
            return Err(ServiceError::Unavailable {
                reason: format!("there is no {} runner: {reason}", request.language.name),
                retry_after: RETRY_AFTER,
            });
        }
        let (means, cancelling) = (self.parts.means.clone(), self.cancelling.clone());
        // A task of its own: a client that goes away drops the request's future, but the runner
        // must be brought back by somebody.
        let task = async move {
            let running = run::execute(&means, request, &cancel, follow);
            tokio::pin!(running);
            tokio::select! {
                result = &mut running => return result,
                () = cancelling.cancelled() => cancel.cancel(),
            }
            running.await
        };
        match self.runs.spawn(task.in_current_span()).await {
            Ok(Ok(answer)) => {
                let (status, timings) = (answer.status, &answer.timings);
                let metrics = &self.parts.metrics;
                metrics.ran(&answer.language, status, timings, answer.truncated);
                for test in answer.judged.iter().flat_map(|judged| &judged.tests) {
                    metrics.tested(&answer.language, test.verdict);
                }
                Ok(answer)
            }
            Ok(Err(error)) => Err(self.refused(error)),
            Err(panicked) => Err(ServiceError::Internal {
                reason: format!("the run's task ended: {panicked}"),
            }),
        }
    }
}

impl Service for Pools {
    fn languages(&self) -> Vec<Arc<Language>> {
        self.parts
            .means
            .pools
            .iter()
            .map(|p| p.language().clone())
            .collect()
    }

    fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
        follow: Option<Follow>,
    ) -> Answering<'_, Result<Answer, ServiceError>> {
        Box::pin(self.execute(request, cancel, follow))
    }

    fn pool_stats(&self) -> PoolStats {
        self.tell_stats()
    }

    fn refusal(&self) -> Option<ServiceError> {
        let parts = &self.parts;
        if parts.life.is_stopping() && !parts.handed_over {
            return Some(self.stopping());
        }
        let refusal = parts.guards.refusal()?;
        Some(ServiceError::Guarded {
            code: refusal.code,
            reason: refusal.reason,
            retry_after: GUARDED_RETRY_AFTER,
        })
    }

    fn is_stopping(&self) -> bool {
        self.parts.life.is_stopping()
    }

    fn stop(&self, by: String, grace: Option<Duration>) -> bool {
        self.parts.wish.try_send(Asked { by, grace }).is_ok()
    }

    fn health(&self) -> Health {
        self.tell_health()
    }

    fn readiness(&self) -> Readiness {
        self.tell_readiness()
    }

    fn memory(&self) -> MemoryReport {
        figures::memory(self)
    }
}

impl Pools {
    fn stopping(&self) -> ServiceError {
        let (_, fail_safe) = self.parts.live.stop();
        ServiceError::Stopping {
            service_state: self.parts.life.state().name(),
            fail_safe,
            retry_after: RETRY_AFTER,
        }
    }

    /// A run that came to nothing, as the interface tells it.
    fn refused(&self, error: RunError) -> ServiceError {
        match error {
            RunError::Claim(ClaimError::Cancelled) if self.is_stopping() => self.stopping(),
            error => refused(error),
        }
    }
}

fn refused(error: RunError) -> ServiceError {
    match error {
        RunError::Claim(ClaimError::NoRunner { .. }) => ServiceError::Unavailable {
            reason: error.to_string(),
            retry_after: RETRY_AFTER,
        },
        RunError::Claim(ClaimError::QueueFull { .. } | ClaimError::TooLong { .. }) => {
            ServiceError::Busy {
                retry_after: RETRY_AFTER,
                queue: error.to_string(),
            }
        }
        RunError::Claim(ClaimError::Cancelled) => ServiceError::Unavailable {
            reason: error.to_string(),
            retry_after: RETRY_AFTER,
        },
        RunError::BadJudge { ref field, .. } => ServiceError::Wrong {
            code: "judge_does_not_compile",
            field: field.clone(),
            reason: error.to_string(),
        },
        RunError::OneRunner(_) => ServiceError::Unsupported {
            code: "one_runner_only",
            reason: error.to_string(),
        },
        RunError::NoPool(_) => ServiceError::Internal {
            reason: error.to_string(),
        },
        RunError::NoTerminal => ServiceError::Unsupported {
            code: "no_terminal",
            reason: error.to_string(),
        },
        // Runner after runner was lost before it began: it is not the program.
        RunError::Stage(ref stage) if stage.blameless() => ServiceError::Unavailable {
            reason: error.to_string(),
            retry_after: RETRY_AFTER,
        },
        RunError::Stage(_) => ServiceError::Internal {
            reason: error.to_string(),
        },
    }
}
