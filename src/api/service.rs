//! What this layer asks of the rest of the server. Everything but `execute` must answer at once,
//! from memory: health has to work when nothing else does.

use crate::cache::CacheStats;
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

/// A future that can be held by a trait object.
pub type Answering<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Whoever executes.
pub trait Service: Send + Sync + 'static {
    /// The languages that this server offers.
    fn languages(&self) -> Vec<Arc<Language>>;

    /// Executes a checked request. The token is cancelled when the client is gone; the future is
    /// then dropped as well.
    fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
    ) -> Answering<'_, Result<Answer, ServiceError>>;

    fn pool_stats(&self) -> PoolStats;
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
    #[error("{reason}")]
    Internal { reason: String },
}

/// `GET /pool/stats`.
#[derive(Debug, Clone, Default, Serialize)]
pub struct PoolStats {
    pub engine: String,
    pub languages: BTreeMap<String, LanguageStats>,
    /// Compiled programs that are kept.
    pub cache: CacheStats,
}

/// The pool of one language.
#[derive(Debug, Clone, Default, Serialize)]
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

/// `GET /health`.
#[derive(Debug, Clone, Serialize)]
pub struct Health {
    pub status: PartState,
    pub parts: Vec<Part>,
}

#[derive(Debug, Clone, Serialize)]
pub struct Part {
    pub name: String,
    pub state: PartState,
    pub detail: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PartState {
    Ok,
    /// Works, but not as it should.
    Degraded,
    Down,
}

/// `GET /readyz`.
#[derive(Debug, Clone, Serialize)]
pub struct Readiness {
    /// Every language that is offered can be executed.
    pub ready: bool,
    pub languages: Vec<LanguageReadiness>,
}

#[derive(Debug, Clone, Serialize)]
pub struct LanguageReadiness {
    pub language: String,
    pub ready: bool,
    pub detail: String,
}
