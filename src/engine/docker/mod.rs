//! Runners as Docker containers. Only this module knows Docker.
//!
//! - [`hardening`]: what a container is allowed, as data;
//! - [`image`]: from the image that was configured to one with our supervisor in it;
//! - [`container`]: a container's life;
//! - [`daemon`]: calls with deadlines, and errors that say how to mend them.
//!
//! The link is the container's attached standard streams; no program is ever sent by `exec` or
//! `cp`. A container ends by itself when its link is closed, by whatever closed it: nothing here
//! has to run for that. [`Docker::sweep`] is the second line.

mod container;
mod daemon;
mod examine;
mod hardening;
mod image;
mod outdated;

pub use daemon::DockerError;
pub use examine::{Found, FoundImage, examine};
pub use hardening::Room;

use super::{Connection, Engine, EngineError, Link, Making, Source, library};
use crate::config::DockerSettings;
use crate::language::Language;
use bollard::query_parameters::ListContainersOptionsBuilder;
use container::{Container, Known};
use daemon::{Daemon, call};
use hardening::{INSTANCE, OWNER, Wanted};
use image::Images;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::oneshot;
use tokio_util::task::TaskTracker;
use warmbox_protocol::{IdentitySource, RootSource, SupportFile};

const LIST: Duration = Duration::from_secs(10);

/// Whose containers these are.
#[derive(Debug, Clone)]
pub struct Place {
    /// The deployment: one server at a time.
    pub owner: String,
    /// The server.
    pub instance: String,
}

/// Makes runners as containers. Cheap to clone; all clones are one engine.
#[derive(Clone)]
pub struct Docker(Arc<Shared>);

struct Shared {
    settings: DockerSettings,
    place: Place,
    room: Room,
    library: Option<SupportFile>,
    images: Images,
    known: Known,
    daemon: tokio::sync::Mutex<Reached>,
    tasks: TaskTracker,
}

/// Whether the daemon was reached.
#[derive(Default)]
enum Reached {
    #[default]
    Never,
    /// Agreed on a version; forgotten when it does not answer.
    Yes(Daemon),
    /// Whoever waited for that attempt need not make another.
    Failed(Instant, DockerError),
}

impl Docker {
    /// `tasks` tells when no container is half made.
    pub fn new(
        settings: DockerSettings,
        supervisor: PathBuf,
        room: Room,
        place: Place,
        tasks: TaskTracker,
    ) -> Self {
        Self(Arc::new(Shared {
            library: library::beside(&supervisor),
            images: Images::new(supervisor, settings.clone()),
            settings,
            place,
            room,
            known: Known::default(),
            daemon: tokio::sync::Mutex::default(),
            tasks,
        }))
    }

    async fn daemon(&self) -> Result<Daemon, DockerError> {
        let asked = Instant::now();
        let mut reached = self.0.daemon.lock().await;
        match &*reached {
            Reached::Yes(daemon) => return Ok(daemon.clone()),
            Reached::Failed(at, error) if *at > asked => return Err(error.clone()),
            Reached::Failed(..) | Reached::Never => {}
        }
        match Daemon::connect(&self.0.settings.host).await {
            Ok(daemon) => {
                tracing::debug!(version = daemon.version, "connected to Docker");
                *reached = Reached::Yes(daemon.clone());
                Ok(daemon)
            }
            Err(error) => {
                *reached = Reached::Failed(Instant::now(), error.clone());
                Err(error)
            }
        }
    }

    async fn make(
        &self,
        daemon: Daemon,
        source: Source,
        language: &Language,
    ) -> Result<Connection, EngineError> {
        let shared = &*self.0;
        let created = container::create(
            &daemon,
            &shared.known,
            &Wanted {
                image: &source.id,
                language: &language.name,
                owner: &shared.place.owner,
                instance: &shared.place.instance,
                runtime: shared.settings.runtime.as_deref(),
                apparmor: daemon.apparmor,
                room: shared.room,
            },
        )
        .await?;
        let (id, block) = (created.id, created.block);
        let mut life = Box::new(Container::new(daemon.clone(), id.clone(), created.name));
        match self.bring_up(&daemon, &mut life, language, block).await {
            Ok(link) => Ok(Connection { link, life, source }),
            Err(error) => {
                // It may never have run, and then nothing ends it by itself.
                if let Err(error) = container::remove(&daemon, &id).await {
                    tracing::warn!(container = id, %error, "a container is left to the sweep");
                }
                Err(error)
            }
        }
    }

    /// Attaches before the start: what a supervisor says first must not be lost.
    async fn bring_up(
        &self,
        daemon: &Daemon,
        life: &mut Container,
        language: &Language,
        block: u32,
    ) -> Result<Link, EngineError> {
        let streams = container::attach(daemon, &life.id).await?;
        life.said = streams.said;
        container::start(daemon, &life.id).await?;
        let mut link = Link::new(streams.reader, streams.writer);
        let identities = IdentitySource::Block(block);
        let library = self.0.library.as_ref();
        link.send_plan(language, RootSource::Here, identities, library)
            .await?;
        Ok(link)
    }

    async fn remove_leftovers(&self) -> Result<usize, EngineError> {
        let daemon = self.daemon().await?;
        let owner = format!("{OWNER}={}", self.0.place.owner);
        let filters = HashMap::from([("label", vec![owner])]);
        let options = ListContainersOptionsBuilder::new()
            .all(true)
            .filters(&filters)
            .build();
        let listing = daemon.api.list_containers(Some(options));
        let mut removed = 0;
        for found in call("list containers", LIST, listing).await? {
            let id = found.id.unwrap_or_default();
            let labels = found.labels.unwrap_or_default();
            let mut names = found.names.iter().flatten();
            // Whoever has our owner's label and no name of ours was before us, or is what came of
            // a call that was given up.
            if names.any(|name| self.0.known.has(name.trim_start_matches('/'))) {
                continue;
            }
            // One that cannot be removed must not keep the others; the next sweep tries it again.
            if let Err(error) = container::remove(&daemon, &id).await {
                tracing::warn!(container = id, %error, "cannot remove a container that was left behind");
                continue;
            }
            tracing::warn!(
                container = id,
                state = ?found.state,
                instance = labels.get(INSTANCE),
                "removed a container that was left behind"
            );
            removed += 1;
        }
        Ok(removed)
    }
}

impl Engine for Docker {
    fn name(&self) -> &'static str {
        "docker"
    }

    fn start<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Connection, EngineError>> {
        Box::pin(async move {
            let daemon = self.daemon().await?;
            let source = self.0.images.runner_image(&daemon, &language.name).await?;
            // A task of its own: whoever waits may be dropped, but a container that was created
            // must come to be a runner, or be removed.
            let (give, take) = oneshot::channel();
            let (engine, language) = (self.clone(), language.clone());
            self.0.tasks.spawn(async move {
                let made = engine.make(daemon, source, &language).await;
                if let Err(Ok(unwanted)) = give.send(made) {
                    let _ = unwanted.end().await;
                }
            });
            take.await.unwrap_or_else(|panicked| {
                Err(EngineError::Docker(DockerError::Call {
                    what: "start a runner",
                    message: panicked.to_string(),
                    status: None,
                }))
            })
        })
    }

    /// What was asked for is fetched, unless nothing is to be: `start` says what came of that.
    fn lack<'a>(&'a self, language: &'a Arc<Language>) -> Making<'a, Option<String>> {
        Box::pin(async move {
            if language.asked_for || self.0.settings.images.contains_key(&language.name) {
                return None;
            }
            let daemon = self.daemon().await.ok()?;
            self.0.images.lack(&daemon, &language.name).await
        })
    }

    fn source<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Source, EngineError>> {
        Box::pin(async move {
            let daemon = self.daemon().await?;
            self.0.images.runner_image(&daemon, &language.name).await
        })
    }

    /// An image never changes: its id is a hash of all that is in it.
    fn toolchain<'a>(
        &'a self,
        _language: &'a Arc<Language>,
        source: &'a Source,
    ) -> Making<'a, Option<String>> {
        let id = Some(source.id.clone()).filter(|id| !id.is_empty());
        Box::pin(std::future::ready(id))
    }

    fn check(&self) -> Making<'_, Result<(), EngineError>> {
        Box::pin(async move {
            let daemon = self.daemon().await?;
            if let Err(error) = daemon.ping().await {
                // It may come back as another version, with other abilities.
                *self.0.daemon.lock().await = Reached::Never;
                return Err(error.into());
            }
            Ok(())
        })
    }

    fn sweep(&self) -> Making<'_, Result<usize, EngineError>> {
        Box::pin(self.remove_leftovers())
    }

    fn doing(&self, language: &str) -> Option<String> {
        self.0.images.doing(language)
    }

    fn rebuild(&self) -> &'static str {
        "make images"
    }
}
