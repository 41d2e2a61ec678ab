//! The servers of a comparison, one on each engine.

use super::client::{Client, Request};
pub(crate) use crate::process::Engine;
use crate::process::{Process, quiet};
use serde_json::Value;
use std::path::Path;
use std::time::Duration;

const REST_DEADLINE: Duration = Duration::from_secs(20);
const STOP_DEADLINE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(1);

pub(crate) const ENGINES: [Engine; 2] = [Engine::Embedded, Engine::Docker];

pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// Whose its containers are.
    pub(crate) owner: String,
    process: Process,
}

impl Server {
    /// Starts a server on a free port and waits until it says that it is ready.
    pub(crate) fn start(
        engine: Engine,
        roots: Option<&Path>,
        flags: &[&str],
    ) -> anyhow::Result<Self> {
        let owner = format!("bench-{}-{engine}", std::process::id());
        let mut words = vec!["--owner".to_owned(), owner.clone()];
        if let Some(roots) = roots.filter(|_| engine == Engine::Embedded) {
            words.extend(["--roots-dir".to_owned(), roots.display().to_string()]);
        }
        words.extend(flags.iter().map(|flag| (*flag).to_owned()));
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        Ok(Self {
            engine,
            owner,
            process: Process::start(engine, &words)?,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    pub(crate) fn connect(&self) -> anyhow::Result<Client> {
        Client::connect(&self.process.url)
    }

    /// The figures of one language's pool.
    pub(crate) fn pool(&self, language: &str) -> anyhow::Result<Value> {
        self.process.pool(language)
    }

    /// Waits until no runner of the language starts, runs or is being made ready again.
    pub(crate) fn at_rest(&self, language: &str) -> anyhow::Result<()> {
        self.wait(language, |pool| quiet(pool) && pool["idle"] != 0)
    }

    /// Waits until there is no runner of the language at all.
    pub(crate) fn empty(&self, language: &str) -> anyhow::Result<()> {
        self.wait(language, |pool| pool["size"] == 0)
    }

    fn wait(&self, language: &str, there: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
        (self.process).wait_for_pool(language, (REST_DEADLINE, LOOK_AGAIN), there)
    }

    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.process.stop(STOP_DEADLINE)
    }
}

/// Executes a program; answers how long it took and the whole answer.
///
/// # Errors
/// Any status but `ok`, and any output but that of the programs here.
pub(crate) fn execute(
    client: &mut Client,
    request: &Request,
    printed: &str,
) -> anyhow::Result<(Duration, Value)> {
    let (took, answer) = client.send(request)?;
    anyhow::ensure!(
        answer["status"] == "ok" && answer["stdout"] == printed,
        "the program was answered with {answer:.600}"
    );
    Ok((took, answer))
}
