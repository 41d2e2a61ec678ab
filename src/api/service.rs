//! What this layer asks of the rest of the server. Everything but `execute` must answer at once,
//! from memory: health has to work when nothing else does.

use crate::cache::CacheStats;
use crate::follow::Follow;
use crate::language::Language;
use crate::pool::Retired;
use crate::run::answer::Answer;
use crate::run::request::RunRequest;
use serde::Serialize;
use std::collections::BTreeMap;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use utoipa::ToSchema;

/// A future that can be held by a trait object.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever executes.
pub trait Service: Send + Sync + 'static {
    /// The languages that this server offers.
    fn languages(&self) -> Vec<Arc<Language>>;

    /// Executes a checked request. The token is cancelled when the client is gone; the future is
    /// then dropped as well. Whoever follows the run hears of it as it goes on.
    fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
        follow: Option<Follow>,
    ) -> Answering<'_, Result<Answer, ServiceError>>;

    /// Why new work is refused now, if it is.
    fn refusal(&self) -> Option<ServiceError>;
    /// Connections are to end with their answers.
    fn is_stopping(&self) -> bool;
    /// Asks the server to stop; false where it cannot be asked any more.
    fn stop(&self, by: String, grace: Option<Duration>) -> bool;
    fn pool_stats(&self) -> PoolStats;
    /// What memory is used for, of the server and of its runners.
    fn memory(&self) -> MemoryReport;
    fn health(&self) -> Health;
    fn readiness(&self) -> Readiness;
}

/// Why nothing was executed; a program that fails is an answer, not one of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ServiceError {
    #[error("all runners are busy and the queue is full or too slow: {queue}")]
    Busy {
        retry_after: Duration,
        /// Which queue, and how long it is.
        queue: String,
    },
    #[error("{reason}")]
    Unavailable {
        /// What is missing and how to mend it, in the engine's own words.
        reason: String,
        retry_after: Duration,
    },
    #[error("the server is stopping: it finishes what runs and takes nothing new")]
    Stopping {
        service_state: &'static str,
        /// Running work finishes.
        fail_safe: bool,
        retry_after: Duration,
    },
    /// New work is refused before the machine fails.
    #[error("{reason}")]
    Guarded {
        code: &'static str,
        reason: String,
        retry_after: Duration,
    },
    /// A field of the request that could only be judged while it was executed.
    #[error("{reason}")]
    Wrong {
        code: &'static str,
        field: String,
        reason: String,
    },
    /// What this machine cannot do.
    #[error("{reason}")]
    Unsupported { code: &'static str, reason: String },
    #[error("{reason}")]
    Internal { reason: String },
}

/// `GET /pool/stats`.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct PoolStats {
    pub engine: String,
    pub languages: BTreeMap<String, LanguageStats>,
    /// Compiled programs that are kept.
    pub cache: CacheStats,
}

/// The pool of one language.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct LanguageStats {
    pub engine: &'static str,
    /// What runners are made from: an image, an unpacked one, or this machine's own programs;
    /// `null` before the first.
    pub image: Option<String>,
    pub image_id: Option<String>,
    pub min_idle: usize,
    pub max: usize,
    /// Runners alive, in whatever state.
    pub size: usize,
    pub starting: usize,
    pub idle: usize,
    pub busy: usize,
    pub recycling: usize,
    /// Requests that wait for a runner.
    pub waiting: usize,
    pub queue: usize,
    pub created_total: u64,
    pub failed_total: u64,
    pub claimed_total: u64,
    pub claimed_warm_total: u64,
    /// Claims that found a runner ready, of all; `null` before the first.
    pub hit_rate: Option<f64>,
    /// Claims that got a runner which had had a run before.
    pub reused_total: u64,
    /// Runners that were idle for too long.
    pub reaped_total: u64,
    /// Runners that ended, by reason.
    #[schema(value_type = BTreeMap<String, u64>)]
    pub retired_total: BTreeMap<Retired, u64>,
    pub claim_wait_p50_ms: f64,
    pub claim_wait_p95_ms: f64,
    /// Every runner is thrown away after one run, because it cannot make fresh sandboxes.
    pub single_use: bool,
    /// How runs are kept apart here, as found out at start.
    pub isolation: Option<String>,
    pub toolchain: Option<String>,
    pub last_error: Option<String>,
}

/// `GET /metrics/memory`.
#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct MemoryReport {
    pub server: ServerMemory,
    pub cache: CacheMemory,
    /// Runners alive, by language.
    pub runners: BTreeMap<String, usize>,
    /// Processes in the server's own cgroup that the kernel ended for want of memory.
    pub oom_kills_beside_the_server: u64,
    pub log_lines_lost: u64,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct ServerMemory {
    pub resident_bytes: u64,
    pub peak_resident_bytes: u64,
    pub swapped_bytes: u64,
    pub threads: u64,
    pub descriptors: u64,
}

#[derive(Debug, Clone, Default, Serialize, ToSchema)]
pub struct CacheMemory {
    pub memory_bytes: u64,
    pub memory_max_bytes: u64,
    pub disk_bytes: u64,
}

/// `GET /health`.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    pub status: PartState,
    /// `starting`, `running`, `stopping` or `stopped`.
    pub service_state: &'static str,
    pub uptime_s: u64,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Part {
    pub name: String,
    pub state: PartState,
    pub detail: String,
    /// How long it has been in this state.
    pub for_s: f64,
    /// How old this is: asked in the background, never for whoever reads it.
    pub checked_s_ago: f64,
    pub last_error: Option<String>,
    pub last_error_s_ago: Option<f64>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    Ok,
    /// Works, but not as it should.
    Degraded,
    Down,
}

/// `GET /readyz`.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Readiness {
    /// Every language that is not left out can be executed, one at least, and new work is taken.
    pub ready: bool,
    pub service_state: &'static str,
    pub languages: Vec<LanguageReadiness>,
}

#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct LanguageReadiness {
    pub language: String,
    /// False where it is left out: nobody asked for it, and what it needs is not there.
    pub offered: bool,
    pub ready: bool,
    pub detail: String,
}
