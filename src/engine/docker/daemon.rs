//! The Docker daemon at the other end of a socket. Every call to it has a deadline, and every
//! failure says what was asked of whom.

use bollard::errors::Error;
use std::fs::metadata;
use std::future::Future;
use std::os::unix::fs::MetadataExt;
use std::time::Duration;
use tokio::time::timeout;

/// The oldest API that has what is asked for here (Docker 20.10).
const OLDEST_API: (usize, usize) = (1, 41);
const CONNECT: Duration = Duration::from_secs(5);

/// Why Docker gave no runner.
#[derive(Debug, Clone, thiserror::Error)]
pub enum DockerError {
    #[error("the Docker daemon at {host} cannot be reached: {why}; {mend}")]
    Unreachable {
        host: String,
        why: String,
        mend: String,
    },
    #[error(
        "the Docker daemon at {host} speaks API {version}; {}.{} (Docker 20.10) or newer is needed",
        OLDEST_API.0,
        OLDEST_API.1
    )]
    TooOld { host: String, version: String },
    #[error("the Docker daemon did not {what} within {} s", .within.as_secs())]
    Late {
        what: &'static str,
        within: Duration,
    },
    #[error("Docker cannot {what}: {message}")]
    Call {
        what: &'static str,
        message: String,
        status: Option<u16>,
    },
    #[error(
        "the image {image} of the language {language} is not there{tried}; build it with \
         `make images`, or name another with --image {language}=IMAGE or WARMBOX_IMAGES"
    )]
    NoImage {
        language: String,
        image: String,
        tried: String,
    },
    #[error(
        "the image {image} of the language {language} carries a supervisor of build {theirs}, this \
         server is of build {ours}; build it again with `make images`, or name an image without \
         a supervisor with --image {language}=IMAGE",
        ours = warmbox_protocol::BUILD_ID
    )]
    OtherBuild {
        language: String,
        image: String,
        theirs: String,
    },
    #[error("no free block of identities for another container on this daemon")]
    NoBlock,
}

impl DockerError {
    /// Whether the daemon says that there is no such thing.
    pub(super) fn is_absence(&self) -> bool {
        matches!(
            self,
            DockerError::Call {
                status: Some(404),
                ..
            }
        )
    }

    /// Whether the daemon says that another has it, or is at it already.
    pub(super) fn is_conflict(&self) -> bool {
        matches!(
            self,
            DockerError::Call {
                status: Some(409),
                ..
            }
        )
    }
}

/// A connection to the daemon, and what it said of itself.
#[derive(Debug, Clone)]
pub(super) struct Daemon {
    pub(super) api: bollard::Docker,
    pub(super) apparmor: bool,
    /// The daemon itself has only a part of the host's ids to give.
    pub(super) remapped: bool,
    pub(super) version: String,
    pub(super) runtimes: Vec<String>,
}

impl Daemon {
    /// Connects, agrees on a version, and asks what there is.
    pub(super) async fn connect(host: &str) -> Result<Self, DockerError> {
        let unreachable = |error: Error| unreachable(host, &error);
        let late = || DockerError::Unreachable {
            host: host.to_owned(),
            why: format!("no answer within {} s", CONNECT.as_secs()),
            mend: "look at its log, or restart it".to_owned(),
        };
        let api = bollard::Docker::connect_with_host(host).map_err(unreachable)?;
        let api = (timeout(CONNECT, api.negotiate_version()).await)
            .map_err(|_| late())?
            .map_err(unreachable)?;
        let spoken = api.client_version();
        if (spoken.major_version, spoken.minor_version) < OLDEST_API {
            return Err(DockerError::TooOld {
                host: host.to_owned(),
                version: spoken.to_string(),
            });
        }
        let info = (timeout(CONNECT, api.info()).await)
            .map_err(|_| late())?
            .map_err(unreachable)?;
        let options = info.security_options.unwrap_or_default();
        let has = |name: &str| options.iter().any(|option| option.contains(name));
        let mut runtimes: Vec<_> = info.runtimes.unwrap_or_default().into_keys().collect();
        runtimes.sort();
        Ok(Self {
            apparmor: has("apparmor"),
            remapped: has("rootless") || has("userns"),
            version: format!(
                "Docker {}, API {spoken}",
                info.server_version.unwrap_or_default()
            ),
            runtimes,
            api,
        })
    }

    /// Whether it still answers.
    pub(super) async fn ping(&self) -> Result<(), DockerError> {
        call("answer", Duration::from_secs(2), self.api.ping())
            .await
            .map(drop)
    }
}

/// Makes one call, within a deadline.
pub(super) async fn call<T>(
    what: &'static str,
    within: Duration,
    answer: impl Future<Output = Result<T, Error>>,
) -> Result<T, DockerError> {
    match timeout(within, answer).await {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(failed(what, &error)),
        Err(_) => Err(DockerError::Late { what, within }),
    }
}

pub(super) fn failed(what: &'static str, error: &Error) -> DockerError {
    let (message, status) = match error {
        Error::DockerResponseServerError {
            status_code,
            message,
        } => (message.clone(), Some(*status_code)),
        other => (chain(other), None),
    };
    DockerError::Call {
        what,
        message: message.trim().to_owned(),
        status,
    }
}

fn unreachable(host: &str, error: &Error) -> DockerError {
    let why = chain(error);
    let socket = host.strip_prefix("unix://").unwrap_or_default();
    let mend = if let (true, Ok(found)) = (why.contains("ermission denied"), metadata(socket)) {
        &format!(
            "the socket is of group {}: run as root or with this group, whose members are as good \
             as root (in a container: --group-add {0}, with compose DOCKER_GID={0})",
            found.gid()
        )
    } else if matches!(error, Error::UnsupportedURISchemeError { .. }) {
        "name it as unix:///PATH or tcp://HOST:PORT with --docker-host or DOCKER_HOST"
    } else {
        "start it (`make docker` on Debian and Ubuntu; in a container, mount its socket), or name \
         another with --docker-host or DOCKER_HOST"
    };
    DockerError::Unreachable {
        host: host.to_owned(),
        why,
        mend: mend.to_owned(),
    }
}

/// An error with what caused it: the outermost alone says "client error".
fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let said = inner.to_string();
        if !text.contains(&said) {
            text = format!("{text}: {said}");
        }
        cause = inner.source();
    }
    text
}
