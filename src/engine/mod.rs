//! What makes runners. Everything above sees a runner as a link and a way to end it, whatever
//! stands behind.

mod embedded;
mod link;

pub use embedded::Embedded;
pub use link::{Link, LinkError};

use crate::language::Language;
use std::future::Future;
use std::pin::Pin;

/// A future that can be held by a trait object.
pub type Making<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Makes runners of any language.
pub trait Engine: Send + Sync + 'static {
    /// `embedded` or `docker`, for logs and reports.
    fn name(&self) -> &'static str;

    /// Starts one runner. It is of use only once it has said Hello on its link.
    fn start<'a>(&'a self, language: &'a Language) -> Making<'a, Result<Connection, EngineError>>;
}

/// A started runner.
pub struct Connection {
    pub link: Link,
    pub life: Box<dyn Life>,
}

impl Connection {
    /// Ends the runner in order: it hears of it by the end of its link.
    pub async fn end(self) {
        drop(self.link);
        self.life.end().await;
    }
}

/// Holds a runner alive. Dropping it must end the runner too, if not as gently.
pub trait Life: Send {
    /// What an operator would look for: a process or a container.
    fn name(&self) -> String;

    /// Ends the runner and waits until nothing of it is left, within a deadline of its own.
    fn end(self: Box<Self>) -> Making<'static, ()>;

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
    #[error("a runner was started without {0}")]
    NoPipe(&'static str),
    #[error("the plan of a runner cannot be sent: {0}")]
    NoPlan(LinkError),
}
