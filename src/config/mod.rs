//! What the server was told: flags, environment, `warmbox.toml` and defaults, merged and checked
//! once at start. Nothing else in the server reads the environment or the file.

mod jobs;
mod layers;
mod limits;
mod resolve;
mod service;
mod settings;
mod units;

pub use jobs::{BlobSettings, JobSettings, Place, WebhookSettings};
pub use layers::ConfigError;
pub use limits::{Asked, CompilerRoom, LimitError, LimitTable, StageLimits};
pub use service::{AccessSettings, Cors, GuardSettings, NetSettings, TlsFiles};
pub use settings::{Settings, Text};

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Everything the server needs to know, with no value left open.
#[derive(Debug, Clone, PartialEq)]
pub struct Config {
    pub host: IpAddr,
    /// 0 lets the kernel choose.
    pub port: u16,
    pub engine: EngineChoice,
    /// The static binary that is PID 1 in every runner.
    pub supervisor: PathBuf,
    pub log_format: LogFormat,
    /// A `tracing` filter such as `info` or `warmbox=debug,info`.
    pub log_filter: String,
    pub pool: PoolSettings,
    pub limits: LimitTable,
    /// The largest request body.
    pub body_bytes: usize,
    /// All source files of a request together.
    pub source_bytes: usize,
    /// The largest standard input of a request.
    pub stdin_bytes: usize,
    /// How long running requests may go on after the server was asked to stop.
    pub shutdown_timeout: Duration,
    /// Whether they may at all.
    pub fail_safe: bool,
    /// How long a start may go on with nothing that can be executed; zero: for ever.
    pub start_timeout: Duration,
    /// From one line about the server's state to the next; zero: never.
    pub heartbeat: Duration,
    /// Where the server notes that it runs.
    pub state_dir: Option<PathBuf>,
    pub guards: GuardSettings,
    pub net: NetSettings,
    pub access: AccessSettings,
    /// The languages to offer, by any of their names; all where there are none.
    pub languages: Vec<String>,
    /// Definitions that replace or extend the built-in languages.
    pub languages_dir: Option<PathBuf>,
    /// Folder of the lock files that keep the ids of sandboxes apart on this host.
    pub id_lock_dir: PathBuf,
    /// Unpacked images, a folder for each language, for the embedded engine.
    pub roots_dir: Option<PathBuf>,
    pub docker: DockerSettings,
    pub cache: CacheSettings,
    pub jobs: JobSettings,
    pub webhooks: WebhookSettings,
    pub blobs: BlobSettings,
}

/// How many compiled programs are kept, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheSettings {
    /// 0 keeps none in memory.
    pub memory_bytes: u64,
    /// 0 keeps none on disk.
    pub disk_bytes: u64,
    /// `None` keeps none on disk.
    pub folder: Option<PathBuf>,
}

/// What the docker engine needs to know.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DockerSettings {
    /// As in DOCKER_HOST: `unix://` and a path, or `tcp://` and an address.
    pub host: String,
    /// An OCI runtime that the daemon knows; its own choice where nothing is said.
    pub runtime: Option<String>,
    /// Images of languages that do not take `warmbox-<language>`.
    pub images: BTreeMap<String, String>,
    pub pull: Pull,
    /// Tells this deployment's containers from all others; from host and port where nothing is
    /// said.
    pub owner: Option<String>,
    /// Thousandths of a core that a runner may use.
    pub millicpus: u64,
}

impl DockerSettings {
    /// The image that a language's runners are made from.
    pub fn image(&self, language: &str) -> String {
        match self.images.get(language) {
            Some(image) => image.clone(),
            None => format!("warmbox-{language}:latest"),
        }
    }
}

/// What happens when an image is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pull {
    /// It is pulled from its registry.
    Missing,
    /// It is an error.
    Never,
}

/// The pool of each language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolSettings {
    /// Ready runners that reaping never goes below.
    pub min_idle: usize,
    /// Runners alive at once.
    pub max: usize,
    /// Runs after which a runner is replaced; 1 forces single use.
    pub max_uses: u32,
    /// Requests of one language that may wait for a runner.
    pub queue: usize,
    pub queue_timeout: Duration,
    /// Idle runners above the floor are ended after this time.
    pub idle_timeout: Duration,
    pub max_age: Duration,
}

/// What makes runners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EngineChoice {
    /// Docker where a daemon answers and the images are there, else embedded; chosen once.
    Auto,
    Docker,
    Embedded,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Pretty,
    Json,
}

impl Config {
    /// Merges what flags and environment said with the file they name.
    ///
    /// # Errors
    /// A file that cannot be read or has an unknown key, and any value outside its range, named
    /// with the place it came from.
    pub fn load(given: &Settings) -> Result<Self, ConfigError> {
        let file = layers::read_file(given.config.as_deref())?;
        resolve::resolve(given, &file)
    }
}
