//! The server under test.

pub(crate) use crate::process::Engine;
use crate::process::{Process, quiet};
use serde_json::Value;
use std::io::Write;
use std::net::TcpStream;
use std::time::Duration;

const REST_DEADLINE: Duration = Duration::from_secs(60);
const STOP_DEADLINE: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(20);

pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// Whose its containers are.
    pub(crate) owner: String,
    languages: Vec<&'static str>,
    process: Process,
}

impl Server {
    pub(crate) fn start(
        engine: Engine,
        languages: &[&'static str],
        more: &[&str],
    ) -> anyhow::Result<Self> {
        let owner = format!("soak-{}-{engine}", std::process::id());
        let listed = languages.join(",");
        let mut flags = vec!["--languages", &listed, "--owner", &owner];
        flags.extend(more);
        let process = Process::start(engine, &flags)?;
        Ok(Self {
            engine,
            owner,
            languages: languages.to_vec(),
            process,
        })
    }

    pub(crate) fn pid(&self) -> u32 {
        self.process.pid()
    }

    /// Executes a program; asks again where it is told to.
    pub(crate) fn execute(&self, language: &str, request: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/execute/{language}", self.process.url);
        loop {
            let mut response = self.process.agent.post(&url).send_json(request)?;
            let answer: Value = response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_json()?;
            match response.status().as_u16() {
                200 => return Ok(answer),
                429 => std::thread::sleep(Duration::from_millis(200)),
                other => anyhow::bail!("{other}: {answer}\n{}", self.process.log()),
            }
        }
    }

    /// Asks for a run and closes the connection while it goes on.
    pub(crate) fn ask_and_go_away(&self, language: &str, request: &Value) -> anyhow::Result<()> {
        let host = self
            .process
            .url
            .trim_start_matches("http://")
            .trim_end_matches('/');
        let body = request.to_string();
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "POST /execute/{language} HTTP/1.1\r\nhost: {host}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(())
    }

    /// Waits until nothing is under way and all who are to be ready are.
    pub(crate) fn at_rest(&self) -> anyhow::Result<()> {
        let full = |pool: &Value| pool["idle"].as_u64() >= pool["min_idle"].as_u64();
        let within = (REST_DEADLINE, LOOK_AGAIN);
        self.languages.iter().try_for_each(|language| {
            (self.process).wait_for_pool(language, within, |pool| {
                quiet(pool) && full(pool) && pool["size"] == pool["idle"]
            })
        })
    }

    /// Runners that were ended for another reason than their age or their number of runs.
    pub(crate) fn lost_runners(&self) -> anyhow::Result<Vec<String>> {
        let mut lost = Vec::new();
        for language in &self.languages {
            let pool = self.process.pool(language)?;
            for (reason, count) in pool["retired_total"].as_object().into_iter().flatten() {
                if !matches!(reason.as_str(), "uses" | "age" | "idle") {
                    lost.push(format!("{language}: {count} {reason}"));
                }
            }
        }
        Ok(lost)
    }

    /// Asks the server to stop, and looks whether anything is left of it.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        self.process.stop(STOP_DEADLINE)?;
        let left = super::figures::containers(&self)?;
        anyhow::ensure!(left.is_empty(), "containers are left: {left:?}");
        Ok(())
    }
}
