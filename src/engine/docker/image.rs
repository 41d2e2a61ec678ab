//! From the image that an operator names to the image that runners are made from.
//!
//! Any image with the language's toolchain will do. The server puts its own supervisor into it,
//! once, which takes less than a second, and so server and supervisor are always of one build. An
//! image that carries a supervisor already is used as it is, or refused when it is another
//! build's.

use super::daemon::{Daemon, DockerError, call, failed};
use super::hardening::SUPERVISOR;
use super::outdated;
use crate::config::{DockerSettings, Pull};
use crate::engine::{EngineError, Source};
use bollard::models::ImageInspect;
use bollard::query_parameters::{BuildImageOptionsBuilder, CreateImageOptionsBuilder};
use futures_util::StreamExt;
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::timeout;
use warmbox_protocol::BUILD_ID;

/// On a runner image: the build of the supervisor in it, and the image that it was put into.
pub(super) const BUILD: &str = "dev.warmbox.build";
const TOOLCHAIN: &str = "dev.warmbox.toolchain";

const INSPECT: Duration = Duration::from_secs(10);
const BUILDING: Duration = Duration::from_secs(120);
/// A pull may take as long as it goes on.
const PULL_SILENCE: Duration = Duration::from_secs(60);
const PULL: Duration = Duration::from_secs(1800);
const PULL_NEWS: Duration = Duration::from_secs(5);
/// A registry that refused is left alone for so long.
const PULL_AGAIN: Duration = Duration::from_secs(30);

/// The images of all languages.
pub(super) struct Images {
    supervisor: PathBuf,
    wanted: DockerSettings,
    /// One at a time looks after a language's image; the others wait for what comes of it.
    turns: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
    doing: Mutex<HashMap<String, String>>,
    /// Pulls that failed, by image, with what was said.
    refused: Mutex<HashMap<String, (Instant, String)>>,
}

impl Images {
    pub(super) fn new(supervisor: PathBuf, wanted: DockerSettings) -> Self {
        Self {
            supervisor,
            wanted,
            turns: Mutex::default(),
            doing: Mutex::default(),
            refused: Mutex::default(),
        }
    }

    /// The runner image of a language: found, or made, its toolchain pulled if need be.
    pub(super) async fn runner_image(
        &self,
        daemon: &Daemon,
        language: &str,
    ) -> Result<Source, EngineError> {
        let turn = lock(&self.turns)
            .entry(language.to_owned())
            .or_default()
            .clone();
        let _turn = turn.lock().await;
        let name = self.wanted.image(language);
        let toolchain = match inspect(daemon, &name).await? {
            Some(found) => found,
            None => self.pull(daemon, language, &name).await?,
        };
        let id = self
            .with_supervisor(daemon, language, &name, toolchain)
            .await?;
        Ok(Source { name, id })
    }

    /// That a language's image is not there, where that is certain.
    pub(super) async fn lack(&self, daemon: &Daemon, language: &str) -> Option<String> {
        let image = self.wanted.image(language);
        let absent = matches!(inspect(daemon, &image).await, Ok(None));
        let tried = " and is not pulled, because nobody asked for the language".to_owned();
        absent.then(|| {
            let language = language.to_owned();
            let absent = DockerError::NoImage {
                language,
                image,
                tried,
            };
            absent.to_string()
        })
    }

    pub(super) fn doing(&self, language: &str) -> Option<String> {
        lock(&self.doing).get(language).cloned()
    }

    /// The id of the image with a supervisor of our build in it.
    async fn with_supervisor(
        &self,
        daemon: &Daemon,
        language: &str,
        name: &str,
        toolchain: ImageInspect,
    ) -> Result<String, EngineError> {
        let toolchain_id = toolchain.id.clone().unwrap_or_default();
        match label(&toolchain, BUILD) {
            Some(BUILD_ID) => return Ok(toolchain_id),
            Some(theirs) => {
                return Err(EngineError::Docker(DockerError::OtherBuild {
                    language: language.to_owned(),
                    image: name.to_owned(),
                    theirs: theirs.to_owned(),
                }));
            }
            None => {}
        }
        let tag = runner_tag(language, &toolchain_id);
        let ours = |image: &ImageInspect| {
            label(image, BUILD) == Some(BUILD_ID)
                && label(image, TOOLCHAIN) == Some(toolchain_id.as_str())
        };
        if let Some(found) = inspect(daemon, &tag).await?.filter(ours) {
            return Ok(found.id.unwrap_or_default());
        }
        let doing = format!("putting the supervisor into the image {name}");
        tracing::info!(
            language,
            image = name,
            tag,
            "putting the supervisor into an image"
        );
        let _doing = self.now(language, doing);
        self.build(daemon, &tag, &toolchain_id).await?;
        outdated::remove(daemon, language).await;
        match inspect(daemon, &tag).await? {
            Some(made) => Ok(made.id.unwrap_or_default()),
            None => Err(EngineError::Docker(DockerError::Call {
                what: "build a runner image",
                message: format!("{tag} is not there after its build"),
                status: None,
            })),
        }
    }

    async fn build(
        &self,
        daemon: &Daemon,
        tag: &str,
        toolchain_id: &str,
    ) -> Result<(), EngineError> {
        let supervisor = tokio::fs::read(&self.supervisor).await.map_err(|source| {
            EngineError::NoSupervisor {
                path: self.supervisor.display().to_string(),
                source,
            }
        })?;
        let what = "build a runner image";
        let context =
            context(&supervisor, toolchain_id).map_err(|error| failed(what, &error.into()))?;
        let options = BuildImageOptionsBuilder::new()
            .dockerfile("Dockerfile")
            .t(tag)
            .rm(true)
            .forcerm(true)
            .build();
        let body = bollard::body_full(context.into());
        let building = async {
            let mut steps = std::pin::pin!(daemon.api.build_image(options, None, Some(body)));
            while let Some(step) = steps.next().await {
                let step = step.map_err(|error| failed(what, &error))?;
                if let Some(message) = step.error_detail.and_then(|detail| detail.message) {
                    return Err(DockerError::Call {
                        what,
                        message,
                        status: None,
                    });
                }
            }
            Ok(())
        };
        match timeout(BUILDING, building).await {
            Ok(built) => Ok(built?),
            Err(_) => Err(EngineError::Docker(DockerError::Late {
                what,
                within: BUILDING,
            })),
        }
    }

    async fn pull(
        &self,
        daemon: &Daemon,
        language: &str,
        name: &str,
    ) -> Result<ImageInspect, DockerError> {
        let absent = |tried: String| DockerError::NoImage {
            language: language.to_owned(),
            image: name.to_owned(),
            tried,
        };
        if self.wanted.pull == Pull::Never {
            return Err(absent(" and is not to be pulled".to_owned()));
        }
        let why = |error: String| absent(format!(" and cannot be pulled ({error})"));
        let refused = lock(&self.refused).get(name).cloned();
        if let Some((at, error)) = refused
            && at.elapsed() < PULL_AGAIN
        {
            return Err(why(error));
        }
        let pulled = match timeout(PULL, self.follow_pull(daemon, language, name)).await {
            Ok(pulled) => pulled,
            Err(_) => Err(format!("not done within {} s", PULL.as_secs())),
        };
        if let Err(error) = pulled {
            lock(&self.refused).insert(name.to_owned(), (Instant::now(), error.clone()));
            return Err(why(error));
        }
        inspect(daemon, name)
            .await?
            .ok_or_else(|| why("it was pulled and is still not there".to_owned()))
    }

    /// Pulls, and tells now and then how far it is.
    async fn follow_pull(&self, daemon: &Daemon, language: &str, name: &str) -> Result<(), String> {
        tracing::info!(language, image = name, "pulling an image");
        let options = CreateImageOptionsBuilder::new()
            .from_image(&with_tag(name))
            .build();
        let mut news = std::pin::pin!(daemon.api.create_image(Some(options), None, None));
        let mut layers: HashMap<String, (i64, i64)> = HashMap::new();
        let mut told = Instant::now();
        let mut doing = self.now(language, format!("pulling the image {name}"));
        loop {
            let item = match timeout(PULL_SILENCE, news.next()).await {
                Ok(Some(item)) => item.map_err(|error| match failed("pull", &error) {
                    DockerError::Call { message, .. } => message,
                    other => other.to_string(),
                })?,
                Ok(None) => return Ok(()),
                Err(_) => return Err(format!("no news for {} s", PULL_SILENCE.as_secs())),
            };
            if let Some(message) = item.error_detail.and_then(|detail| detail.message) {
                return Err(message);
            }
            if let (Some(layer), Some(progress)) = (item.id, item.progress_detail)
                && let (Some(current), Some(total)) = (progress.current, progress.total)
            {
                layers.insert(layer, (current, total));
            }
            if told.elapsed() >= PULL_NEWS {
                told = Instant::now();
                let (got, all) = (layers.values()).fold((0, 0), |(a, b), (x, y)| (a + x, b + y));
                let text = format!(
                    "pulling the image {name}: {} of {} MB",
                    got >> 20,
                    all >> 20
                );
                tracing::info!(language, "{text}");
                drop(doing);
                doing = self.now(language, text);
            }
        }
    }

    /// Notes what is going on for a language, for as long as the guard lives.
    fn now(&self, language: &str, what: String) -> Doing<'_> {
        lock(&self.doing).insert(language.to_owned(), what);
        Doing {
            images: self,
            language: language.to_owned(),
        }
    }
}

struct Doing<'a> {
    images: &'a Images,
    language: String,
}

impl Drop for Doing<'_> {
    fn drop(&mut self) {
        lock(&self.images.doing).remove(&self.language);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The image of that name, if it is there.
pub(super) async fn inspect(
    daemon: &Daemon,
    name: &str,
) -> Result<Option<ImageInspect>, DockerError> {
    match call("look at an image", INSPECT, daemon.api.inspect_image(name)).await {
        Ok(image) => Ok(Some(image)),
        Err(error) if error.is_absence() => Ok(None),
        Err(error) => Err(error),
    }
}

pub(super) fn label<'a>(image: &'a ImageInspect, name: &str) -> Option<&'a str> {
    let labels = image.config.as_ref()?.labels.as_ref()?;
    labels.get(name).map(String::as_str)
}

/// What an image with our supervisor is called: the same toolchain and the same supervisor make
/// the same name.
fn runner_tag(language: &str, toolchain_id: &str) -> String {
    let id = toolchain_id.trim_start_matches("sha256:");
    let short = |text: &str| text.chars().take(12).collect::<String>();
    let build = BUILD_ID.rsplit('-').next().unwrap_or(BUILD_ID);
    // An image's name has no capitals and few signs.
    format!(
        "{}:{}-{}",
        runner_repository(language),
        short(id),
        short(build)
    )
}

/// What all of a language's are called, before the tag.
pub(super) fn runner_repository(language: &str) -> String {
    let name: String = language
        .to_lowercase()
        .chars()
        .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
        .collect();
    format!("warmbox-runner-{name}")
}

/// The name with its tag; a registry would send every tag there is where none is named.
fn with_tag(name: &str) -> String {
    let last = name.rsplit('/').next().unwrap_or(name);
    match last.contains([':', '@']) {
        true => name.to_owned(),
        false => format!("{name}:latest"),
    }
}

/// The build context: a Dockerfile and the supervisor.
fn context(supervisor: &[u8], toolchain_id: &str) -> std::io::Result<Vec<u8>> {
    let dockerfile = format!(
        "FROM {toolchain_id}\n\
         COPY warmbox-supervisor {SUPERVISOR}\n\
         LABEL {BUILD}=\"{BUILD_ID}\" {TOOLCHAIN}=\"{toolchain_id}\"\n\
         ENTRYPOINT [\"{SUPERVISOR}\"]\n"
    );
    let mut tar = tar::Builder::new(Vec::new());
    for (name, mode, bytes) in [
        ("Dockerfile", 0o644, dockerfile.as_bytes()),
        ("warmbox-supervisor", 0o755, supervisor),
    ] {
        let mut header = tar::Header::new_gnu();
        header.set_size(bytes.len() as u64);
        header.set_mode(mode);
        tar.append_data(&mut header, name, bytes)?;
    }
    tar.into_inner()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_differ_with_the_toolchain_and_are_valid_names() {
        let one = runner_tag("python", "sha256:0123456789abcdef");
        assert!(
            one.starts_with("warmbox-runner-python:0123456789ab-"),
            "{one}"
        );
        assert_ne!(one, runner_tag("python", "sha256:fedcba9876543210"));
        assert!(runner_tag("C#", "sha256:0").starts_with("warmbox-runner-c-:0-"));
    }

    #[test]
    fn a_name_without_a_tag_means_latest() {
        assert_eq!(with_tag("python"), "python:latest");
        assert_eq!(with_tag("host:5000/python"), "host:5000/python:latest");
        assert_eq!(with_tag("python:3"), "python:3");
        assert_eq!(with_tag("a/b@sha256:0"), "a/b@sha256:0");
    }

    #[test]
    fn the_context_is_a_dockerfile_and_the_supervisor() {
        let bytes = context(b"binary", "sha256:0").unwrap();
        let mut archive = tar::Archive::new(bytes.as_slice());
        let names: Vec<_> = (archive.entries().unwrap())
            .map(|entry| entry.unwrap().path().unwrap().display().to_string())
            .collect();
        assert_eq!(names, ["Dockerfile", "warmbox-supervisor"]);
    }
}
