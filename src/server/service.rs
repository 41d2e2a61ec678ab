//! What the interface asks for, answered from the pools.

use super::engine::Watch;
use crate::api::{
    Answering, Health, LanguageReadiness, LanguageStats, Part, PartState, PoolStats, Readiness,
    Service, ServiceError,
};
use crate::cache::Cache;
use crate::engine::Engine;
use crate::language::Language;
use crate::pool::{ClaimError, Pool, Retired, Snapshot};
use crate::run::answer::Answer;
use crate::run::request::RunRequest;
use crate::run::{self, Identity, RunError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use warmbox_protocol::{Hello, MemoryCeiling};

/// What a client that was turned away is told to wait.
const RETRY_AFTER: Duration = Duration::from_secs(1);
/// How long the start may wait for the first runners before it says so.
const SETTLE_DEADLINE: Duration = Duration::from_secs(30);

/// Which languages can be executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Able {
    All,
    Some,
    Nothing,
}

/// All pools of a server.
pub(super) struct Pools {
    engine: Arc<dyn Engine>,
    watch: Watch,
    pools: Vec<Pool>,
    cache: Cache,
    identity: Identity,
    /// Requests that are being executed.
    runs: TaskTracker,
    refusing: CancellationToken,
    cancelling: CancellationToken,
}

impl Pools {
    pub(super) fn new(
        engine: Arc<dyn Engine>,
        watch: Watch,
        pools: Vec<Pool>,
        cache: Cache,
        identity: Identity,
    ) -> Self {
        Self {
            engine,
            watch,
            pools,
            cache,
            identity,
            runs: TaskTracker::new(),
            refusing: CancellationToken::new(),
            cancelling: CancellationToken::new(),
        }
    }

    pub(super) fn refuse_new(&self) {
        self.refusing.cancel();
        self.runs.close();
    }

    pub(super) fn cancel_all(&self) {
        self.cancelling.cancel();
    }

    /// Waits until nothing is being executed; only of use after `refuse_new`.
    pub(super) async fn finished(&self) {
        self.runs.wait().await;
    }

    /// Waits until every pool is at its floor or has failed, or the deadline has passed.
    pub(super) async fn settled(&self) {
        let deadline = tokio::time::Instant::now() + SETTLE_DEADLINE;
        for pool in &self.pools {
            while !pool.settled() && tokio::time::Instant::now() < deadline {
                sleep(Duration::from_millis(5)).await;
            }
        }
    }

    /// How many of the languages can be executed.
    pub(super) fn able(&self) -> Able {
        match self.pools.iter().filter(|pool| pool.able()).count() {
            0 => Able::Nothing,
            able if able == self.pools.len() => Able::All,
            _ => Able::Some,
        }
    }

    pub(super) fn describe(&self) -> Vec<String> {
        self.pools
            .iter()
            .map(|pool| {
                let name = &pool.language().name;
                match pool.snapshot() {
                    Snapshot {
                        hello: Some(hello),
                        alive,
                        ..
                    } => format!(
                        "{name}: {alive} runners, {}; {}",
                        hello.toolchain,
                        isolation(&hello)
                    ),
                    Snapshot { last_error, .. } => {
                        let why = last_error.unwrap_or_else(|| "still starting".to_owned());
                        format!("{name}: not available: {why}")
                    }
                }
            })
            .collect()
    }

    /// What makes runners, as it was when it was last asked.
    fn engine_part(&self) -> Part {
        let name = format!("engine {}", self.engine.name());
        let (state, detail) = match self.watch.last() {
            None => (PartState::Degraded, "not asked yet".to_owned()),
            Some(state) => {
                let ago = state.asked.elapsed().as_secs();
                match state.error {
                    None => (PartState::Ok, format!("answered {ago} s ago")),
                    Some(error) => (PartState::Degraded, error),
                }
            }
        };
        Part {
            name,
            state,
            detail,
        }
    }

    fn pool(&self, language: &Language) -> Option<&Pool> {
        self.pools
            .iter()
            .find(|pool| pool.language().name == language.name)
    }

    async fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
    ) -> Result<Answer, ServiceError> {
        if self.refusing.is_cancelled() {
            return Err(ServiceError::Unavailable {
                reason: "the server is stopping".to_owned(),
                retry_after: RETRY_AFTER,
            });
        }
        let Some(pool) = self.pool(&request.language).cloned() else {
            return Err(ServiceError::Internal {
                reason: "the language has no pool".to_owned(),
            });
        };
        // Where there is no runner and nobody to make one, waiting would be in vain.
        if pool.working() == 0
            && let Some(reason) = self.watch.error()
        {
            return Err(ServiceError::Unavailable {
                reason: format!("there is no {} runner: {reason}", request.language.name),
                retry_after: RETRY_AFTER,
            });
        }
        let (identity, cancelling) = (self.identity.clone(), self.cancelling.clone());
        let cache = self.cache.clone();
        // A task of its own: a client that goes away drops the request's future, but the runner
        // must be brought back by somebody.
        let task = async move {
            let running = run::execute(&pool, &cache, request, &identity, &cancel);
            tokio::pin!(running);
            tokio::select! {
                result = &mut running => return result,
                () = cancelling.cancelled() => cancel.cancel(),
            }
            running.await
        };
        match self.runs.spawn(task.in_current_span()).await {
            Ok(result) => result.map_err(refused),
            Err(panicked) => Err(ServiceError::Internal {
                reason: format!("the run's task ended: {panicked}"),
            }),
        }
    }
}

impl Service for Pools {
    fn languages(&self) -> Vec<Arc<Language>> {
        self.pools.iter().map(|p| p.language().clone()).collect()
    }

    fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
    ) -> Answering<'_, Result<Answer, ServiceError>> {
        Box::pin(self.execute(request, cancel))
    }

    fn pool_stats(&self) -> PoolStats {
        PoolStats {
            engine: self.engine.name().to_owned(),
            languages: self
                .pools
                .iter()
                .map(|pool| (pool.language().name.clone(), stats(pool)))
                .collect(),
            cache: self.cache.stats(),
        }
    }

    fn health(&self) -> Health {
        let mut parts = vec![self.engine_part()];
        parts.extend(self.pools.iter().map(part));
        let pools = &parts[1..];
        let down = pools.iter().all(|part| part.state == PartState::Down);
        let status = if parts.iter().all(|part| part.state == PartState::Ok) {
            PartState::Ok
        } else if down {
            PartState::Down
        } else {
            PartState::Degraded
        };
        Health { status, parts }
    }

    fn readiness(&self) -> Readiness {
        let stopping = self.refusing.is_cancelled();
        let languages: Vec<_> = self
            .pools
            .iter()
            .map(|pool| LanguageReadiness {
                language: pool.language().name.clone(),
                ready: pool.able() && !stopping,
                detail: if stopping {
                    "the server is stopping".to_owned()
                } else {
                    part(pool).detail
                },
            })
            .collect();
        Readiness {
            ready: languages.iter().all(|language| language.ready),
            languages,
        }
    }
}

/// A pool's state as a part of the server's health.
fn part(pool: &Pool) -> Part {
    let snapshot = pool.snapshot();
    let (state, detail) = match (pool.able(), snapshot.last_error) {
        (true, None) => (PartState::Ok, format!("{} runners", snapshot.alive)),
        (true, Some(error)) => (PartState::Degraded, error),
        (false, Some(error)) => (PartState::Down, error),
        (false, None) => {
            let doing = pool.engine().doing(&pool.language().name);
            let starting = || "the first runner is starting".to_owned();
            (PartState::Down, doing.unwrap_or_else(starting))
        }
    };
    Part {
        name: format!("pool {}", pool.language().name),
        state,
        detail,
    }
}

fn stats(pool: &Pool) -> LanguageStats {
    let settings = pool.settings();
    let now = pool.snapshot();
    LanguageStats {
        engine: pool.engine().name(),
        image: now.source.as_ref().map(|source| source.name.clone()),
        image_id: now.source.map(|source| source.id),
        min_idle: settings.min_idle,
        max: settings.max,
        size: now.alive,
        starting: now.starting,
        idle: now.idle,
        busy: now.busy,
        recycling: now.recycling,
        waiting: now.waiting,
        queue: settings.queue,
        created_total: now.created,
        failed_total: now.failed,
        claimed_total: now.claimed,
        claimed_warm_total: now.claimed_warm,
        hit_rate: (now.claimed > 0).then(|| now.claimed_warm as f64 / now.claimed as f64),
        reused_total: now.reused,
        reaped_total: now.retired.get(&Retired::Idle).copied().unwrap_or(0),
        retired_total: now.retired,
        claim_wait_p50_ms: run::answer::as_ms(now.claim_wait_p50),
        claim_wait_p95_ms: run::answer::as_ms(now.claim_wait_p95),
        single_use: now
            .hello
            .as_ref()
            .is_some_and(|hello| !hello.abilities.fresh_sandbox),
        isolation: now.hello.as_ref().map(isolation),
        toolchain: now.hello.map(|hello| hello.toolchain),
        last_error: now.last_error,
    }
}

/// How runs are kept apart, in words, as the supervisor proved it.
pub fn isolation(hello: &Hello) -> String {
    let sandbox = match hello.abilities.fresh_sandbox {
        true => "a fresh sandbox for every run",
        false => "a fresh runner for every run",
    };
    let identity = match hello.abilities.identity {
        warmbox_protocol::Identity::Unique => "a uid of its own",
        warmbox_protocol::Identity::Shared => "the server's uid in a user namespace",
    };
    let memory = match hello.abilities.memory_ceiling {
        MemoryCeiling::CgroupV1 => "memory held by cgroup v1",
        MemoryCeiling::CgroupV2 => "memory held by cgroup v2",
        MemoryCeiling::Container => {
            "memory held by the container's cgroup, lower limits measured every 10 ms"
        }
        MemoryCeiling::Measured => "memory measured every 10 ms",
    };
    match hello.prepared.as_str() {
        "" => format!("{sandbox}, {identity}, {memory}"),
        names => format!("{sandbox}, {identity}, {memory}, prepared for {names} programs"),
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
            reason: "the server is stopping".to_owned(),
            retry_after: RETRY_AFTER,
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
