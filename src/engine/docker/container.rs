//! One container: how it is made, what it says, and how it is seen off.

use super::daemon::{Daemon, DockerError, call};
use super::hardening::{self, Wanted};
use crate::engine::{Life, Making};
use bollard::container::LogOutput;
use bollard::query_parameters::{
    AttachContainerOptionsBuilder, CreateContainerOptionsBuilder, RemoveContainerOptionsBuilder,
    WaitContainerOptionsBuilder,
};
use futures_util::{Stream, StreamExt};
use std::collections::HashSet;
use std::io;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::time::{sleep, timeout};
use tokio_util::io::StreamReader;
use uuid::Uuid;
use warmbox_protocol::plan::{CONTAINER_BLOCKS, REMAPPED_BLOCKS};

const CREATE: Duration = Duration::from_secs(15);
const ATTACH: Duration = Duration::from_secs(10);
const START: Duration = Duration::from_secs(15);
const REMOVE: Duration = Duration::from_secs(10);
/// How long a runner may take to end by itself once its link is closed.
const END: Duration = Duration::from_secs(3);
const REMOVE_TRIES: u32 = 3;
/// Containers that others have on the daemon take some of the names.
const NAME_TRIES: u32 = 64;
const LINE_BYTES: usize = 4096;

/// The names of the containers that are meant to be there, from before they are.
#[derive(Clone, Default)]
pub(super) struct Known(Arc<Mutex<HashSet<String>>>);

impl Known {
    pub(super) fn has(&self, name: &str) -> bool {
        self.names().contains(name)
    }

    /// Takes a name, unless a container of ours has it.
    fn take(&self, name: String) -> Option<Name> {
        self.names().insert(name.clone()).then(|| Name {
            name,
            known: self.clone(),
        })
    }

    fn names(&self) -> MutexGuard<'_, HashSet<String>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The name of a container that no sweep touches, until this is dropped.
pub(super) struct Name {
    name: String,
    known: Known,
}

impl Drop for Name {
    fn drop(&mut self) {
        self.known.names().remove(&self.name);
    }
}

/// A container that was made, and its block of identities.
pub(super) struct Created {
    pub(super) id: String,
    pub(super) block: u32,
    pub(super) name: Name,
}

/// Makes a container under a name that no other has. The name's number is its block of
/// identities: the daemon gives a name to one container at a time, for as long as that is there.
pub(super) async fn create(
    daemon: &Daemon,
    known: &Known,
    wanted: &Wanted<'_>,
) -> Result<Created, DockerError> {
    let blocks = match daemon.remapped {
        true => REMAPPED_BLOCKS,
        false => CONTAINER_BLOCKS,
    };
    // Anywhere, so that two daemons on one kernel, which know nothing of each other's names, are
    // unlikely to meet.
    let start = Uuid::new_v4().as_u128() as u32 % blocks;
    for step in 0..NAME_TRIES.min(blocks) {
        let block = (start + step) % blocks;
        let Some(name) = known.take(format!("warmbox-{block}")) else {
            continue;
        };
        let options = CreateContainerOptionsBuilder::new()
            .name(&name.name)
            .build();
        let body = hardening::container(wanted);
        let created = daemon.api.create_container(Some(options), body);
        match call("create a container", CREATE, created).await {
            Ok(made) => {
                let id = made.id;
                return Ok(Created { id, block, name });
            }
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(error),
        }
    }
    Err(DockerError::NoBlock)
}

/// A container's standard streams.
pub(super) struct Streams {
    pub(super) reader: Box<dyn AsyncRead + Send + Unpin>,
    pub(super) writer: std::pin::Pin<Box<dyn AsyncWrite + Send>>,
    /// The last line on its standard error.
    pub(super) said: Arc<Mutex<Option<String>>>,
}

pub(super) async fn attach(daemon: &Daemon, id: &str) -> Result<Streams, DockerError> {
    let options = AttachContainerOptionsBuilder::new()
        .stdin(true)
        .stdout(true)
        .stderr(true)
        .stream(true)
        .build();
    let attaching = daemon.api.attach_container(id, Some(options));
    let attached = call("attach to a container", ATTACH, attaching).await?;
    let said = Arc::new(Mutex::new(None));
    let stdout = stdout_of(attached.output, said.clone());
    Ok(Streams {
        reader: Box::new(StreamReader::new(Box::pin(stdout))),
        writer: attached.input,
        said,
    })
}

/// What a container writes to standard output; what it says on standard error is logged.
fn stdout_of(
    output: impl Stream<Item = Result<LogOutput, bollard::errors::Error>> + Send,
    said: Arc<Mutex<Option<String>>>,
) -> impl Stream<Item = io::Result<bytes::Bytes>> + Send {
    output.filter_map(move |item| {
        let passed_on = match item {
            Ok(LogOutput::StdErr { message }) => {
                let text = String::from_utf8_lossy(&message[..message.len().min(LINE_BYTES)]);
                if let Some(line) = text.lines().rfind(|line| !line.is_empty()) {
                    tracing::warn!(line, "a supervisor wrote to stderr");
                    *said.lock().unwrap_or_else(PoisonError::into_inner) = Some(line.to_owned());
                }
                None
            }
            Ok(other) => Some(Ok(other.into_bytes())),
            Err(error) => Some(Err(io::Error::other(error))),
        };
        std::future::ready(passed_on)
    })
}

pub(super) async fn start(daemon: &Daemon, id: &str) -> Result<(), DockerError> {
    let starting = daemon.api.start_container(id, None);
    call("start a container", START, starting).await
}

/// Removes a container, whatever state it is in. One that is gone, or going, counts as removed.
pub(super) async fn remove(daemon: &Daemon, id: &str) -> Result<(), DockerError> {
    let options = RemoveContainerOptionsBuilder::new()
        .force(true)
        .v(true)
        .build();
    let removing = daemon.api.remove_container(id, Some(options));
    match call("remove a container", REMOVE, removing).await {
        Err(error) if error.is_absence() || error.is_conflict() => Ok(()),
        other => other,
    }
}

/// A container that is meant to be there, until it is dropped.
///
/// Dropping it makes no call: the container ends by itself when its link is closed.
pub(super) struct Container {
    pub(super) daemon: Daemon,
    pub(super) id: String,
    pub(super) said: Arc<Mutex<Option<String>>>,
    name: Name,
}

impl Container {
    pub(super) fn new(daemon: Daemon, id: String, name: Name) -> Self {
        Self {
            daemon,
            id,
            said: Arc::default(),
            name,
        }
    }

    /// Waits until the daemon has removed it, which follows the end of its first process.
    async fn gone(&self) -> bool {
        let options = WaitContainerOptionsBuilder::new()
            .condition("removed")
            .build();
        let mut waiting = std::pin::pin!(self.daemon.api.wait_container(&self.id, Some(options)));
        match timeout(END, waiting.next()).await {
            // Its exit code comes as an error where it is not 0, and 404 when it is gone.
            Ok(Some(Ok(_) | Err(bollard::errors::Error::DockerContainerWaitError { .. }))) => true,
            Ok(Some(Err(error))) => super::daemon::failed("wait", &error).is_absence(),
            Ok(None) | Err(_) => false,
        }
    }
}

impl Life for Container {
    fn name(&self) -> String {
        let short: String = self.id.chars().take(12).collect();
        format!("container {} ({short})", self.name.name)
    }

    fn end(self: Box<Self>) -> Making<'static, Option<String>> {
        Box::pin(async move {
            if self.gone().await {
                return self.last_words();
            }
            let mut pause = Duration::from_millis(500);
            for left in (0..REMOVE_TRIES).rev() {
                match remove(&self.daemon, &self.id).await {
                    Ok(()) => break,
                    Err(error) if left == 0 => tracing::warn!(
                        container = self.id,
                        %error,
                        "a container could not be removed; it is left to the sweep"
                    ),
                    Err(_) => sleep(pause).await,
                }
                pause *= 2;
            }
            self.last_words()
        })
    }

    fn last_words(&self) -> Option<String> {
        (self.said.lock())
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}
