//! Which engine a configuration means, and how it is doing.

use crate::config::{Config, DockerSettings, EngineChoice};
use crate::engine::docker::{self, FoundImage, Place, Room};
use crate::engine::{Docker, Embedded, Engine};
use crate::language::Language;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

const CHECK: Duration = Duration::from_secs(5);
const SWEEP: Duration = Duration::from_secs(60);

/// Makes the engine that was asked for. `auto` is decided here, once; one that was named is never
/// exchanged for another.
pub(super) async fn engine(
    config: &Config,
    languages: &[Arc<Language>],
    place: Place,
    tasks: TaskTracker,
) -> Arc<dyn Engine> {
    let docker = || {
        let input = config.source_bytes.saturating_add(config.stdin_bytes);
        let room = Room::new(&config.limits, input, config.docker.millicpus);
        Docker::new(
            config.docker.clone(),
            config.supervisor.clone(),
            room,
            place,
            tasks,
        )
    };
    let embedded = || {
        Embedded::new(
            config.supervisor.clone(),
            config.id_lock_dir.clone(),
            config.roots_dir.clone(),
        )
    };
    match config.engine {
        EngineChoice::Embedded => Arc::new(embedded()),
        EngineChoice::Docker => Arc::new(docker()),
        EngineChoice::Auto => match lack(&config.docker, languages).await {
            None => {
                tracing::info!("engine auto: taking docker; pin it with WARMBOX_ENGINE=docker");
                Arc::new(docker())
            }
            Some(lack) => {
                tracing::warn!(
                    lack,
                    "engine auto: taking the embedded engine, not docker; pin it with \
                         WARMBOX_ENGINE=embedded"
                );
                Arc::new(embedded())
            }
        },
    }
}

/// What is missing for the docker engine, if anything: a daemon, the image of a language that was
/// asked for, or those of all. Nothing is pulled for the answer.
async fn lack(settings: &DockerSettings, languages: &[Arc<Language>]) -> Option<String> {
    let names = languages.iter().map(|language| language.name.as_str());
    let found = match docker::examine(settings, names).await {
        Err(error) => return Some(error.to_string()),
        Ok(found) => found.images,
    };
    let asked_for = |name: &str| {
        let by_name = languages.iter().any(|it| it.asked_for && it.name == name);
        by_name || settings.images.contains_key(name)
    };
    missed(&found, asked_for).map(|image| format!("the image {image} is not there"))
}

/// The image for want of which there is no use in Docker.
fn missed(
    found: &[(String, String, FoundImage)],
    asked_for: impl Fn(&str) -> bool,
) -> Option<&str> {
    let absent = || (found.iter()).filter(|(_, _, state)| *state == FoundImage::Absent);
    let all = absent().count() == found.len();
    let mut missed = absent().filter(|(language, _, _)| all || asked_for(language));
    missed.next().map(|(_, image, _)| image.as_str())
}

/// The engine for a command that runs something and ends. A server's sweep knows nothing of it,
/// and it nothing of a server's. `tasks` tells when nothing of it is under way.
pub async fn engine_of_command(
    config: &Config,
    languages: &[Arc<Language>],
    tasks: TaskTracker,
) -> Arc<dyn Engine> {
    let instance = Uuid::now_v7().to_string();
    let place = Place {
        owner: format!("command-{instance}"),
        instance,
    };
    engine(config, languages, place, tasks).await
}

/// The deployment's name on a Docker daemon, unless one was configured.
pub(super) fn owner(config: &Config, address: SocketAddr) -> String {
    config.docker.owner.clone().unwrap_or_else(|| {
        let name = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        format!("{}/{address}", name.trim())
    })
}

/// How the engine was when it was last asked.
#[derive(Debug, Clone)]
pub(super) struct EngineState {
    pub(super) asked: Instant,
    pub(super) error: Option<String>,
}

/// Asks the engine in the background, so that whoever wants to know never waits for it.
#[derive(Clone, Default)]
pub(super) struct Watch(Arc<Mutex<Option<EngineState>>>);

impl Watch {
    pub(super) fn last(&self) -> Option<EngineState> {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// What was wrong when it was last asked.
    pub(super) fn error(&self) -> Option<String> {
        self.last().and_then(|state| state.error)
    }

    /// Sweeps and asks until it is stopped.
    pub(super) async fn keep(self, engine: Arc<dyn Engine>, stop: CancellationToken) {
        let mut next_sweep = Instant::now();
        loop {
            if Instant::now() >= next_sweep {
                next_sweep = Instant::now() + SWEEP;
                if let Err(error) = engine.sweep().await {
                    tracing::warn!(engine = engine.name(), %error, "cannot look for leftovers");
                }
            }
            let failed = self.error().is_some();
            let error = engine.check().await.err().map(|error| error.to_string());
            if failed && error.is_none() {
                // It may do now what nobody waits for any more.
                next_sweep = Instant::now();
            }
            self.note(engine.name(), error);
            tokio::select! {
                () = stop.cancelled() => return,
                () = sleep(CHECK) => {}
            }
        }
    }

    fn note(&self, engine: &str, error: Option<String>) {
        let mut last = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let before = last.as_ref().and_then(|state| state.error.as_ref());
        match (before, &error) {
            (None, Some(error)) => tracing::warn!(engine, error, "the engine does not answer"),
            (Some(_), None) => tracing::info!(engine, "the engine answers again"),
            _ => {}
        }
        *last = Some(EngineState {
            asked: Instant::now(),
            error,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn docker_needs_the_images_that_were_asked_for_and_one_at_least() {
        let image = |name: &str, state| (name.to_owned(), format!("warmbox-{name}"), state);
        let old = [
            image("bash", FoundImage::Absent),
            image("python", FoundImage::Toolchain),
        ];
        assert_eq!(missed(&old, |_| false), None);
        assert_eq!(missed(&old, |name| name == "python"), None);
        assert_eq!(missed(&old, |name| name == "bash"), Some("warmbox-bash"));
        assert_eq!(missed(&old[..1], |_| false), Some("warmbox-bash"));
    }
}
