//! The server of one comparison.

use crate::process::{Process, quiet};
use serde_json::{Value, json};
use std::time::Duration;

const REST_DEADLINE: Duration = Duration::from_secs(10);
const STOP_DEADLINE: Duration = Duration::from_secs(20);
const LOOK_AGAIN: Duration = Duration::from_millis(1);

pub(crate) struct Server(Process);

impl Server {
    /// Starts a server on a free port and waits until it says that it is ready.
    pub(crate) fn start(engine: &str, flags: &[&str]) -> anyhow::Result<Self> {
        Process::start(engine, flags).map(Self)
    }

    /// Executes a program and answers its standard output.
    pub(crate) fn execute(&self, language: &str, code: &str) -> anyhow::Result<String> {
        let url = format!("{}/execute/{language}", self.0.url);
        let mut response = self.0.agent.post(url).send_json(json!({"code": code}))?;
        let answer: Value = response.body_mut().read_json()?;
        anyhow::ensure!(
            answer["status"] == "ok",
            "{language} was answered with {answer}"
        );
        Ok(answer["stdout"].as_str().unwrap_or_default().to_owned())
    }

    /// Executes a program that never ends, for longer than anything is measured beside it.
    pub(crate) fn flood(&self, language: &str, code: &str) -> anyhow::Result<()> {
        let url = format!("{}/execute/{language}", self.0.url);
        let request = json!({"code": code, "limits": {"wall_ms": 2000, "cpu_ms": 30_000}});
        let mut response = self.0.agent.post(url).send_json(request)?;
        let answer: Value = response.body_mut().read_json()?;
        anyhow::ensure!(
            answer["truncated"] == true,
            "it flooded nothing: {answer:.500}"
        );
        Ok(())
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
        (self.0).wait_for_pool(language, (REST_DEADLINE, LOOK_AGAIN), there)
    }

    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.0.stop(STOP_DEADLINE)
    }
}
