//! The settings as they are written down: one struct for flags, environment and file, so that a
//! setting cannot exist in one of them only. Values stay text here; `resolve` reads them.

use super::limits::Asked;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Every setting of the server. A flag wins over the environment, that over `warmbox.toml`, that
/// over the default.
#[derive(Debug, Clone, Default, clap::Args, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Configuration file [default: ./warmbox.toml if present]
    #[arg(long, env = "WARMBOX_CONFIG", value_name = "FILE")]
    #[serde(skip)]
    pub config: Option<PathBuf>,

    /// Address to listen on [default: 127.0.0.1]
    #[arg(long, env = "WARMBOX_HOST", value_name = "IP")]
    pub host: Option<Text>,

    /// Port to listen on, 0 to 65535; 0 takes a free one [default: 5001]
    #[arg(long, env = "WARMBOX_PORT", value_name = "PORT")]
    pub port: Option<Text>,

    /// What makes runners: auto, docker or embedded [default: auto]
    #[arg(long, env = "WARMBOX_ENGINE", value_name = "ENGINE")]
    pub engine: Option<Text>,

    /// The supervisor's binary [default: warmbox-supervisor beside this program]
    #[arg(long, env = "WARMBOX_SUPERVISOR", value_name = "FILE")]
    pub supervisor: Option<Text>,

    /// Log lines as pretty text or json [default: pretty]
    #[arg(long, env = "WARMBOX_LOG_FORMAT", value_name = "FORMAT")]
    pub log_format: Option<Text>,

    /// Which log lines: error, warn, info, debug, trace or a tracing filter [default: info]
    #[arg(long, env = "WARMBOX_LOG_FILTER", value_name = "FILTER")]
    pub log_filter: Option<Text>,

    /// Ready runners kept for each language, 0 to 1024 [default: 2]
    #[arg(long, env = "WARMBOX_MIN_IDLE", value_name = "N")]
    pub min_idle: Option<Text>,

    /// Runners of one language alive at once, 1 to 1024 [default: the cores of this machine, at least 2]
    #[arg(long, env = "WARMBOX_MAX_RUNNERS", value_name = "N")]
    pub max_runners: Option<Text>,

    /// Runs after which a runner is replaced, 1 (single use) to 1000000 [default: 1000]
    #[arg(long, env = "WARMBOX_MAX_USES", value_name = "N")]
    pub max_uses: Option<Text>,

    /// Requests of one language that may wait for a runner, 0 to 100000 [default: 64]
    #[arg(long, env = "WARMBOX_QUEUE", value_name = "N")]
    pub queue: Option<Text>,

    /// How long a request may wait for a runner, seconds or 500ms, 10s, 2m [default: 10s]
    #[arg(long, env = "WARMBOX_QUEUE_TIMEOUT", value_name = "TIME")]
    pub queue_timeout: Option<Text>,

    /// When idle runners above the floor are ended, seconds or 90s, 2m [default: 120s]
    #[arg(long, env = "WARMBOX_IDLE_TIMEOUT", value_name = "TIME")]
    pub idle_timeout: Option<Text>,

    /// When a runner is replaced for its age, seconds or 30m, 1h [default: 1h]
    #[arg(long, env = "WARMBOX_MAX_AGE", value_name = "TIME")]
    pub max_age: Option<Text>,

    /// Largest request body, bytes or 512KiB, 16MiB [default: 16MiB]
    #[arg(long, env = "WARMBOX_BODY_BYTES", value_name = "SIZE")]
    pub body_bytes: Option<Text>,

    /// All source files of a request together, bytes or 512KiB, 1MiB [default: 1MiB]
    #[arg(long, env = "WARMBOX_SOURCE_BYTES", value_name = "SIZE")]
    pub source_bytes: Option<Text>,

    /// Largest standard input of a request, bytes or 512KiB, 8MiB [default: 8MiB]
    #[arg(long, env = "WARMBOX_STDIN_BYTES", value_name = "SIZE")]
    pub stdin_bytes: Option<Text>,

    /// How long running requests may go on after a stop, seconds or 45s, 1m [default: 30s]
    #[arg(long, env = "SHUTDOWN_TIMEOUT", value_name = "TIME")]
    pub shutdown_timeout: Option<Text>,

    /// Whether a stop lets running work finish; false cancels it at once [default: true]
    #[arg(long, env = "ENABLE_FAIL_SAFE", value_name = "BOOL")]
    pub fail_safe: Option<Text>,

    /// How long a start may go on with no language that can run anything, before the server ends
    /// with exit code 4; seconds or 2m, 0 waits for ever [default: 120s]
    #[arg(long, env = "WARMBOX_START_TIMEOUT", value_name = "TIME")]
    pub start_timeout: Option<Text>,

    /// How often a line says that the server lives and how it is; 0 for never [default: 60s]
    #[arg(long, env = "WARMBOX_HEARTBEAT", value_name = "TIME")]
    pub heartbeat: Option<Text>,

    /// Folder where the server notes that it runs, so that the next one can tell how it ended;
    /// '' for none [default: warmbox in XDG_STATE_HOME or ~/.local/state; none where there is neither]
    #[arg(long, env = "WARMBOX_STATE_DIR", value_name = "FOLDER")]
    pub state_dir: Option<Text>,

    /// New work is refused while a disk that the server writes to has less room, bytes or 256MiB;
    /// 0 for no guard [default: 256MiB]
    #[arg(long, env = "WARMBOX_DISK_RESERVE_BYTES", value_name = "SIZE")]
    pub disk_reserve_bytes: Option<Text>,

    /// New work is refused while this machine, or the server's cgroup, has less memory left, bytes
    /// or 128MiB; 0 for no guard [default: 128MiB]
    #[arg(long, env = "WARMBOX_MEMORY_RESERVE_BYTES", value_name = "SIZE")]
    pub memory_reserve_bytes: Option<Text>,

    /// Connections at once, 1 to 100000; more wait in the kernel's backlog [default: 512]
    #[arg(long, env = "WARMBOX_MAX_CONNECTIONS", value_name = "N")]
    pub max_connections: Option<Text>,

    /// How long the head of a request may take to arrive, seconds or 500ms [default: 10s]
    #[arg(long, env = "WARMBOX_HEADER_TIMEOUT", value_name = "TIME")]
    pub header_timeout: Option<Text>,

    /// How long the body of a request may take to arrive, seconds or 1m [default: 30s]
    #[arg(long, env = "WARMBOX_BODY_TIMEOUT", value_name = "TIME")]
    pub body_timeout: Option<Text>,

    /// How long a run goes on, or its end is kept, when whoever followed it has lost the connection;
    /// seconds or 500ms, 0 ends it with its connection [default: 30s]
    #[arg(long, env = "WARMBOX_RECONNECT_GRACE", value_name = "TIME")]
    pub reconnect_grace: Option<Text>,

    /// Certificate chain in PEM; with --tls-key the server speaks HTTPS only [default: none]
    #[arg(long, env = "WARMBOX_TLS_CERT", value_name = "FILE")]
    pub tls_cert: Option<Text>,

    /// Private key of the certificate in PEM [default: none]
    #[arg(long, env = "WARMBOX_TLS_KEY", value_name = "FILE")]
    pub tls_key: Option<Text>,

    /// API keys and their limits, see `warmbox key`; without it nobody is asked for a key
    /// [default: none]
    #[arg(long, env = "WARMBOX_KEYS_FILE", value_name = "FILE")]
    pub keys_file: Option<Text>,

    /// File with the token for /admin/..., which is refused where there is none [default: none]
    #[arg(long, env = "WARMBOX_ADMIN_TOKEN_FILE", value_name = "FILE")]
    pub admin_token_file: Option<Text>,

    /// Origins whose pages may ask, as https://a.example,https://b.example, or * [default: none]
    #[arg(long, env = "WARMBOX_CORS_ORIGINS", value_name = "ORIGINS")]
    pub cors_origins: Option<Text>,

    /// Whether the audit line of a run holds its source code [default: false]
    #[arg(long, env = "WARMBOX_AUDIT_CODE", value_name = "BOOL")]
    pub audit_code: Option<Text>,

    /// Languages to offer, as python,cpp; the server is ready when all of them are [default: all]
    #[arg(long, env = "WARMBOX_LANGUAGES", value_name = "NAMES")]
    pub languages: Option<Text>,

    /// Folder of language definitions that replace or extend the built-in ones [default: none]
    #[arg(long, env = "WARMBOX_LANGUAGES_DIR", value_name = "FOLDER")]
    pub languages_dir: Option<Text>,

    /// Folder of the lock files that keep sandbox ids apart, the same for all servers of a user
    /// [default: /run/lock/warmbox for root, else /tmp/warmbox-UID]
    #[arg(long, env = "WARMBOX_ID_LOCK_DIR", value_name = "FOLDER")]
    pub id_lock_dir: Option<Text>,

    /// Unpacked images for the embedded engine, a folder for each language; languages without one
    /// use this machine's own programs [default: none]
    #[arg(long, env = "WARMBOX_ROOTS_DIR", value_name = "FOLDER")]
    pub roots_dir: Option<Text>,

    /// Compiled programs kept in memory, bytes or 8MiB; 0 for none [default: 8MiB]
    #[arg(long, env = "WARMBOX_CACHE_MEMORY_BYTES", value_name = "SIZE")]
    pub cache_memory_bytes: Option<Text>,

    /// Compiled programs kept on disk, bytes or 512MiB; 0 for none [default: 512MiB]
    #[arg(long, env = "WARMBOX_CACHE_DISK_BYTES", value_name = "SIZE")]
    pub cache_disk_bytes: Option<Text>,

    /// Folder of the compiled programs, the server's alone; '' for none
    /// [default: warmbox in XDG_CACHE_HOME or ~/.cache; none where there is neither]
    #[arg(long, env = "WARMBOX_CACHE_DIR", value_name = "FOLDER")]
    pub cache_dir: Option<Text>,

    /// Folder of the jobs, this server's alone; '' for none, and then no jobs are taken
    /// [default: jobs-OWNER in the state_dir; none where that is none]
    #[arg(long, env = "WARMBOX_JOBS_DIR", value_name = "FOLDER")]
    pub jobs_dir: Option<Text>,

    /// Jobs that are kept, in whatever state, 1 to 1000000 [default: 20000]
    #[arg(long, env = "WARMBOX_JOBS_MAX", value_name = "N")]
    pub jobs_max: Option<Text>,

    /// Jobs of one API key that may wait, 1 to 1000000 [default: half of jobs_max]
    #[arg(long, env = "WARMBOX_JOBS_PER_KEY", value_name = "N")]
    pub jobs_per_key: Option<Text>,

    /// Requests and results of all jobs together, bytes or 512MiB; above it no jobs are taken
    /// [default: 1GiB]
    #[arg(long, env = "WARMBOX_JOBS_BYTES", value_name = "SIZE")]
    pub jobs_bytes: Option<Text>,

    /// How long a job may wait, and for how long its end is kept; seconds or 90m, 48h [default: 24h]
    #[arg(long, env = "WARMBOX_JOBS_TTL", value_name = "TIME")]
    pub jobs_ttl: Option<Text>,

    /// How often a job is begun whose runs are lost with runners or servers, 1 to 1000 [default: 5]
    #[arg(long, env = "WARMBOX_JOBS_ATTEMPTS", value_name = "N")]
    pub jobs_attempts: Option<Text>,

    /// Jobs of one language executed at once, 1 to 1024
    /// [default: one less than max_runners, at least 1]
    #[arg(long, env = "WARMBOX_JOBS_CONCURRENCY", value_name = "N")]
    pub jobs_concurrency: Option<Text>,

    /// File with the secret that messages to a callback_url are signed with; without one
    /// callback_url is refused [default: none]
    #[arg(long, env = "WARMBOX_WEBHOOK_SECRET_FILE", value_name = "FILE")]
    pub webhook_secret_file: Option<Text>,

    /// Whether a callback_url may lead to this machine and to private networks [default: false]
    #[arg(long, env = "WARMBOX_WEBHOOK_ALLOW_PRIVATE", value_name = "BOOL")]
    pub webhook_allow_private: Option<Text>,

    /// Certificates in PEM that receivers of messages are held to besides the public ones
    /// [default: none]
    #[arg(long, env = "WARMBOX_WEBHOOK_CA_FILE", value_name = "FILE")]
    pub webhook_ca_file: Option<Text>,

    /// Folder of files that requests name by their content, this server's alone; '' for none
    /// [default: blobs-OWNER in the state_dir; none where that is none]
    #[arg(long, env = "WARMBOX_BLOBS_DIR", value_name = "FOLDER")]
    pub blobs_dir: Option<Text>,

    /// All of these files together, bytes or 512MiB; the least recently used go first
    /// [default: 1GiB]
    #[arg(long, env = "WARMBOX_BLOBS_BYTES", value_name = "SIZE")]
    pub blobs_bytes: Option<Text>,

    /// The largest of these files, and all that one request may name together, 1 byte to 24MiB
    /// [default: 16MiB]
    #[arg(long, env = "WARMBOX_BLOB_BYTES", value_name = "SIZE")]
    pub blob_bytes: Option<Text>,

    /// The Docker daemon, as unix:///PATH or tcp://HOST:PORT [default: unix:///var/run/docker.sock]
    #[arg(long, env = "DOCKER_HOST", value_name = "ADDRESS")]
    pub docker_host: Option<Text>,

    /// The daemon's OCI runtime, such as runc, crun, runsc or kata [default: the daemon's own]
    #[arg(long, env = "WARMBOX_DOCKER_RUNTIME", value_name = "NAME")]
    pub docker_runtime: Option<Text>,

    /// Whether an image that is not there is pulled: missing or never [default: missing]
    #[arg(long, env = "WARMBOX_PULL", value_name = "WHEN")]
    pub pull: Option<Text>,

    /// Name of this deployment on its Docker daemon; one server at a time may have it
    /// [default: HOSTNAME/ADDRESS:PORT]
    #[arg(long, env = "WARMBOX_OWNER", value_name = "NAME")]
    pub owner: Option<Text>,

    /// Cores that one runner may use, 0.1 to 1024 [default: 2]
    #[arg(long, env = "WARMBOX_RUNNER_CPUS", value_name = "N")]
    pub runner_cpus: Option<Text>,

    /// Image of a language, as python=my-python:3; may be repeated or comma separated
    /// [default: warmbox-LANGUAGE:latest]
    #[arg(
        long = "image",
        env = "WARMBOX_IMAGES",
        value_name = "LANGUAGE=IMAGE",
        value_delimiter = ','
    )]
    #[serde(skip)]
    pub image: Vec<String>,

    /// Default of a limit, as wall_ms=10000; may be repeated or comma separated
    #[arg(
        long = "limit",
        env = "WARMBOX_LIMITS",
        value_name = "NAME=N",
        value_delimiter = ','
    )]
    #[serde(skip)]
    pub limit: Vec<String>,

    /// Ceiling of a limit, as wall_ms=60000; may be repeated or comma separated
    #[arg(
        long = "ceiling",
        env = "WARMBOX_CEILINGS",
        value_name = "NAME=N",
        value_delimiter = ','
    )]
    #[serde(skip)]
    pub ceiling: Vec<String>,

    /// The file's table `[images]`.
    #[arg(skip)]
    pub images: BTreeMap<String, String>,

    /// The file's table `[limits]`.
    #[arg(skip)]
    pub limits: Asked,

    /// The file's table `[ceilings]`.
    #[arg(skip)]
    pub ceilings: Asked,
}

/// A value as it was written; a number in the file is the same as its digits in a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text(pub String);

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged, expecting = "a string, a number, true or false")]
        enum Written {
            Truth(bool),
            Number(i64),
            Fraction(f64),
            Text(String),
        }
        Ok(match Written::deserialize(deserializer)? {
            Written::Truth(truth) => Self(truth.to_string()),
            Written::Number(number) => Self(number.to_string()),
            Written::Fraction(number) => Self(number.to_string()),
            Written::Text(text) => Self(text),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::{CommandFactory, Parser};

    /// The program.
    #[derive(Parser)]
    struct Program {
        #[command(flatten)]
        settings: Settings,
    }

    #[test]
    fn every_setting_is_a_flag_with_a_variable_and_help() {
        Program::command().debug_assert();
        let command = Program::command();
        assert_eq!(
            command.get_about().map(ToString::to_string),
            Some("The program".into())
        );
        for flag in command
            .get_arguments()
            .filter(|flag| flag.get_id() != "help")
        {
            assert!(
                flag.get_env().is_some() && flag.get_help().is_some(),
                "{}",
                flag.get_id()
            );
        }
    }

    #[test]
    fn flags_are_read() {
        let words = [
            "x",
            "--port",
            "7",
            "--limit",
            "wall_ms=1,cpu_ms=2",
            "--limit",
            "processes=3",
        ];
        let settings = Program::parse_from(words).settings;
        assert_eq!(settings.port, Some(Text::from("7")));
        assert_eq!(settings.limit, ["wall_ms=1", "cpu_ms=2", "processes=3"]);
    }
}
