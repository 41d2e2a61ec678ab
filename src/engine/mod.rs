//! What makes runners. Everything above sees a runner as a link and a way to end it, whatever
//! stands behind.

pub mod counted;
pub mod docker;
mod embedded;
mod library;
mod link;
mod toolchain;

pub use counted::Counted;
pub use docker::{Docker, DockerError};
pub use embedded::Embedded;
pub use link::{Link, LinkError};

use crate::language::Language;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

/// A future that can be held by a trait object.
pub type Making<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes runners of any language.
pub trait Engine: Send + Sync + 'static {
    /// `embedded` or `docker`, for logs and reports.
    fn name(&self) -> &'static str;

    /// Starts one runner. It is of use only once it has said Hello on its link. Has deadlines of
    /// its own.
    fn start<'a>(
        &'a self,
        language: &'a Arc<Language>,
    ) -> Making<'a, Result<Connection, EngineError>>;

    /// What this language needs, is not there and is not fetched either, with what mends it: a
    /// program, an image. `None` where nothing is missing, and where that cannot be told. Has a
    /// deadline of its own.
    fn lack<'a>(&'a self, language: &'a Arc<Language>) -> Making<'a, Option<String>>;

    /// What a runner of this language would be made from now. A runner that was made from
    /// something else is out of date.
    fn source<'a>(&'a self, language: &'a Arc<Language>)
    -> Making<'a, Result<Source, EngineError>>;

    /// Tells the programs that a runner of this source executes, as they are now, from all others:
    /// differs when they do. `None` where that cannot be told. Quick: asks nobody.
    fn toolchain<'a>(
        &'a self,
        language: &'a Arc<Language>,
        source: &'a Source,
    ) -> Making<'a, Option<String>>;

    /// Whether runners could be started at all, asked of whoever starts them.
    fn check(&self) -> Making<'_, Result<(), EngineError>>;

    /// Ends what earlier servers of this deployment, or lost calls of this one, left behind;
    /// answers how many there were.
    fn sweep(&self) -> Making<'_, Result<usize, EngineError>>;

    /// Something that takes long and is going on for this language, for people who wait.
    fn doing(&self, language: &str) -> Option<String>;

    /// The command that builds supervisor and server together.
    fn rebuild(&self) -> &'static str;
}

/// What runners are made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// As an operator calls it.
    pub name: String,
    /// Differs when the content does.
    pub id: String,
}

/// A started runner.
pub struct Connection {
    pub link: Link,
    pub life: Box<dyn Life>,
    pub source: Source,
}

impl Connection {
    /// Ends the runner in order: it hears of it by the end of its link. Answers the last thing that
    /// it said outside of that.
    pub async fn end(self) -> Option<String> {
        drop(self.link);
        self.life.end().await
    }
}

/// Holds a runner alive. Dropping it must end the runner too, if not as gently.
pub trait Life: Send {
    /// What an operator would look for: a process or a container.
    fn name(&self) -> String;

    /// Ends the runner and waits until nothing of it is left, within a deadline of its own; answers
    /// the last thing that it said outside of its link, if anything.
    fn end(self: Box<Self>) -> Making<'static, Option<String>>;

    /// The last thing the runner said outside of its link, if anything.
    fn last_words(&self) -> Option<String>;
}

/// Why there is no runner.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    #[error(
        "the supervisor {path} cannot be started: {source}; build it with `make build`, or name \
         it with --supervisor or WARMBOX_SUPERVISOR"
    )]
    NoSupervisor {
        path: String,
        source: std::io::Error,
    },
    #[error(transparent)]
    Docker(#[from] DockerError),
    #[error("a runner was started without {0}")]
    NoPipe(&'static str),
    #[error("the plan of a runner cannot be sent: {0}")]
    NoPlan(LinkError),
}
