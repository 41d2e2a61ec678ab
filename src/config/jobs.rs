//! The settings of what outlives a request: jobs, whom their ends are told, files that requests name.

use super::PoolSettings;
use super::layers::{ConfigError, Layers};
use std::path::PathBuf;
use std::time::Duration;

const DAY: Duration = Duration::from_secs(86_400);
/// Far above any use, far below any overflow.
const MAX_BYTES: usize = 1 << 40;
/// With a request's body it must fit into one message to a runner.
const MAX_BLOB: usize = 24 << 20;
const MAX_JOBS: usize = 1_000_000;

/// Where something is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a folder of this deployment's name in the `state_dir`.
    BesideState,
    Nowhere,
    At(PathBuf),
}

/// What is kept of jobs, and how many are executed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSettings {
    pub place: Place,
    /// The place once it is known; `None` takes no jobs.
    pub folder: Option<PathBuf>,
    /// In whatever state.
    pub max: usize,
    /// Of one API key, waiting.
    pub max_per_key: usize,
    /// Requests and results together.
    pub bytes: u64,
    pub ttl: Duration,
    /// How often a job may begin.
    pub attempts: u32,
    /// Of one language.
    pub at_once: usize,
}

impl Default for JobSettings {
    fn default() -> Self {
        Self {
            place: Place::BesideState,
            folder: None,
            max: 20_000,
            max_per_key: 10_000,
            bytes: 1 << 30,
            ttl: DAY,
            attempts: 5,
            at_once: 1,
        }
    }
}

/// Whom the ends of jobs are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct WebhookSettings {
    /// `None` tells nobody.
    pub secret_file: Option<PathBuf>,
    pub allow_private: bool,
    pub ca_file: Option<PathBuf>,
}

/// Files that requests name by their content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlobSettings {
    pub place: Place,
    /// The place once it is known; `None` keeps none.
    pub folder: Option<PathBuf>,
    /// All together.
    pub bytes: u64,
    /// One, and all of one request.
    pub one_bytes: usize,
}

impl Default for BlobSettings {
    fn default() -> Self {
        Self {
            place: Place::BesideState,
            folder: None,
            bytes: 1 << 30,
            one_bytes: 16 << 20,
        }
    }
}

pub(super) fn jobs(at: &Layers<'_>, pool: &PoolSettings) -> Result<JobSettings, ConfigError> {
    let default = JobSettings::default();
    let max = at
        .number("jobs_max", |s| &s.jobs_max, 1..=MAX_JOBS)?
        .unwrap_or(default.max);
    Ok(JobSettings {
        place: place(at.folder("jobs_dir", |s| &s.jobs_dir)?),
        folder: None,
        max,
        max_per_key: at
            .number("jobs_per_key", |s| &s.jobs_per_key, 1..=MAX_JOBS)?
            .unwrap_or(max.div_ceil(2)),
        bytes: at
            .size("jobs_bytes", |s| &s.jobs_bytes, MAX_BYTES)?
            .map_or(default.bytes, |size| size as u64),
        ttl: at
            .duration(
                "jobs_ttl",
                |s| &s.jobs_ttl,
                Duration::from_secs(1)..=365 * DAY,
            )?
            .unwrap_or(default.ttl),
        attempts: at
            .number("jobs_attempts", |s| &s.jobs_attempts, 1..=1000)?
            .unwrap_or(default.attempts),
        // One runner is left to those who wait for their answer.
        at_once: at
            .number("jobs_concurrency", |s| &s.jobs_concurrency, 1..=1024)?
            .unwrap_or(pool.max.saturating_sub(1).max(1)),
    })
}

pub(super) fn webhooks(at: &Layers<'_>) -> Result<WebhookSettings, ConfigError> {
    Ok(WebhookSettings {
        secret_file: at.path("webhook_secret_file", |s| &s.webhook_secret_file)?,
        allow_private: at
            .flag("webhook_allow_private", |s| &s.webhook_allow_private)?
            .unwrap_or(false),
        ca_file: at.path("webhook_ca_file", |s| &s.webhook_ca_file)?,
    })
}

pub(super) fn blobs(at: &Layers<'_>) -> Result<BlobSettings, ConfigError> {
    let default = BlobSettings::default();
    Ok(BlobSettings {
        place: place(at.folder("blobs_dir", |s| &s.blobs_dir)?),
        folder: None,
        bytes: at
            .size("blobs_bytes", |s| &s.blobs_bytes, MAX_BYTES)?
            .map_or(default.bytes, |size| size as u64),
        one_bytes: at
            .size("blob_bytes", |s| &s.blob_bytes, MAX_BLOB)?
            .unwrap_or(default.one_bytes),
    })
}

fn place(written: Option<Option<PathBuf>>) -> Place {
    match written {
        None => Place::BesideState,
        Some(None) => Place::Nowhere,
        Some(Some(path)) => Place::At(path),
    }
}
