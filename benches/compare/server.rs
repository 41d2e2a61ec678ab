//! A server of its own for one comparison: started with defaults, asked over HTTP, stopped.

use anyhow::Context;
use serde_json::{Value, json};
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than a server waits for its first runners before it says so.
const START_DEADLINE: Duration = Duration::from_secs(45);
const REST_DEADLINE: Duration = Duration::from_secs(10);
const STOP_DEADLINE: Duration = Duration::from_secs(20);
const ANSWER_DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Server {
    child: Child,
    url: String,
    /// Keeps its connection alive between requests.
    agent: ureq::Agent,
    /// Where it works: no warmbox.toml of anybody's, and its log.
    _folder: TempDir,
}

impl Server {
    /// Starts a server on a free port and waits until it says that it is ready.
    pub(crate) fn start(engine: &str, flags: &[&str]) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("warmbox-bench-")?;
        let log = folder.path().join("log");
        let mut command = Command::new(env!("CARGO_BIN_EXE_warmbox"));
        command
            .args([
                "serve",
                "--port",
                "0",
                "--engine",
                engine,
                "--log-filter",
                "warn",
            ])
            .args(flags)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(&log)?);
        // Defaults: only where the supervisor lies is taken over from the caller.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("WARMBOX_") && text != "WARMBOX_SUPERVISOR" {
                command.env_remove(&name);
            }
        }
        let mut child = command.spawn().context("the server cannot be started")?;
        let stdout = child.stdout.take().context("the server has no stdout")?;
        let told = await_line(stdout, "is ready at http://");
        let Some(line) = told else {
            let _ = child.kill();
            let _ = child.wait();
            let log = std::fs::read_to_string(&log).unwrap_or_default();
            anyhow::bail!("the server did not become ready; it said: {}", log.trim());
        };
        let url = line
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        Ok(Self {
            child,
            url: url.unwrap_or_default().to_owned(),
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(ANSWER_DEADLINE))
                .build()
                .into(),
            _folder: folder,
        })
    }

    /// Executes a program and answers its standard output.
    pub(crate) fn execute(&self, language: &str, code: &str) -> anyhow::Result<String> {
        let url = format!("{}/execute/{language}", self.url);
        let mut response = self.agent.post(url).send_json(json!({"code": code}))?;
        let answer: Value = response.body_mut().read_json()?;
        anyhow::ensure!(
            answer["status"] == "ok",
            "{language} was answered with {answer}"
        );
        Ok(answer["stdout"].as_str().unwrap_or_default().to_owned())
    }

    /// Waits until no runner of the language starts, runs or is being made ready again.
    pub(crate) fn at_rest(&self, language: &str) -> anyhow::Result<()> {
        self.wait(language, |pool| {
            let quiet = ["starting", "busy", "recycling", "waiting"]
                .iter()
                .all(|figure| pool[*figure] == 0);
            quiet && pool["idle"] != 0
        })
    }

    fn wait(&self, language: &str, there: impl Fn(&Value) -> bool) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let mut response = self.agent.get(format!("{}/pool/stats", self.url)).call()?;
            let stats: Value = response.body_mut().read_json()?;
            let pool = &stats["languages"][language];
            if there(pool) {
                return Ok(());
            }
            anyhow::ensure!(
                start.elapsed() < REST_DEADLINE,
                "the pool does not come to rest: {pool}"
            );
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits until there is no runner of the language at all.
    pub(crate) fn empty(&self, language: &str) -> anyhow::Result<()> {
        self.wait(language, |pool| pool["size"] == 0)
    }

    /// Asks the server to stop and waits for it.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("/bin/sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status()?;
        anyhow::ensure!(asked.success(), "the server cannot be asked to stop");
        let start = Instant::now();
        while start.elapsed() < STOP_DEADLINE {
            if let Some(status) = self.child.try_wait()? {
                anyhow::ensure!(status.success(), "the server ended with {status}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("the server did not stop within {STOP_DEADLINE:?}")
    }
}

/// Its runners end with it.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line with these words; `None` when the stream ends or the deadline passes before.
fn await_line(stdout: std::process::ChildStdout, words: &'static str) -> Option<String> {
    let (found, finding) = mpsc::channel();
    std::thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        if let Some(line) = lines.find(|line| line.contains(words)) {
            let _ = found.send(line);
        }
        // Whatever it prints later must not block it.
        lines.for_each(drop);
    });
    finding.recv_timeout(START_DEADLINE).ok()
}
