//! A server for a benchmark: the release binary with its defaults, on a free port, asked over
//! HTTP and stopped. Knows nothing of what is asked of it.

mod engine;

pub(crate) use engine::{Engine, children, containers, family, processes};

use anyhow::Context;
use serde_json::Value;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Longer than a server waits for its first runners before it says so.
const START_DEADLINE: Duration = Duration::from_secs(45);
const ANSWER_DEADLINE: Duration = Duration::from_secs(60);

pub(crate) struct Process {
    child: Child,
    pub(crate) url: String,
    /// Keeps its connection alive between requests.
    pub(crate) agent: ureq::Agent,
    /// Where it works: no warmbox.toml of anybody's, and its log.
    folder: TempDir,
}

impl Process {
    /// Starts a server on a free port and waits until it says that it is ready.
    pub(crate) fn start(engine: Engine, flags: &[&str]) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("warmbox-bench-")?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_warmbox"));
        command
            .args(["serve", "--port", "0", "--engine", &engine.to_string()])
            .args(["--log-filter", "warn"])
            .args(flags)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log"))?);
        // Defaults: only where the supervisor lies is taken over from the caller.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("WARMBOX_") && text != "WARMBOX_SUPERVISOR" {
                command.env_remove(&name);
            }
        }
        // Its own, and empty: what is new to this server is new.
        command.env("WARMBOX_CACHE_DIR", folder.path().join("cache"));
        let mut child = command.spawn().context("the server cannot be started")?;
        let stdout = child.stdout.take().context("the server has no stdout")?;
        let mut process = Self {
            child,
            url: String::new(),
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(ANSWER_DEADLINE))
                .build()
                .into(),
            folder,
        };
        let Some(line) = await_line(stdout, "is ready at http://") else {
            let log = process.log();
            anyhow::bail!("the server did not become ready; it said: {}", log.trim());
        };
        let mut words = line.split_whitespace();
        let url = words.find(|word| word.starts_with("http://"));
        process.url = url.unwrap_or_default().to_owned();
        Ok(process)
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    #[allow(dead_code, reason = "not every benchmark looks at the process")]
    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    /// The figures of one language's pool.
    pub(crate) fn pool(&self, language: &str) -> anyhow::Result<Value> {
        let mut response = self.agent.get(format!("{}/pool/stats", self.url)).call()?;
        let mut stats: Value = response.body_mut().read_json()?;
        Ok(stats["languages"][language].take())
    }

    /// Waits until the figures of a pool are as wanted, looking again after every `pause`.
    pub(crate) fn wait_for_pool(
        &self,
        language: &str,
        (deadline, pause): (Duration, Duration),
        there: impl Fn(&Value) -> bool,
    ) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let pool = self.pool(language)?;
            if there(&pool) {
                return Ok(());
            }
            let late = start.elapsed() > deadline;
            anyhow::ensure!(!late, "the pool does not come to rest: {pool}");
            std::thread::sleep(pause);
        }
    }

    /// Asks the server to stop and waits for it.
    pub(crate) fn stop(&mut self, deadline: Duration) -> anyhow::Result<()> {
        let asked = Command::new("/bin/sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status()?;
        anyhow::ensure!(asked.success(), "the server cannot be asked to stop");
        let start = Instant::now();
        while start.elapsed() < deadline {
            if let Some(status) = self.child.try_wait()? {
                let log = self.log();
                anyhow::ensure!(status.success(), "the server ended with {status}\n{log}");
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        anyhow::bail!("the server did not stop within {deadline:?}")
    }
}

/// Whether nothing of a pool is under way.
pub(crate) fn quiet(pool: &Value) -> bool {
    ["starting", "busy", "recycling", "waiting"]
        .iter()
        .all(|figure| pool[*figure] == 0)
}

/// Its runners end with it.
impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The first line with these words; `None` when the stream ends or the deadline passes before.
fn await_line(stdout: ChildStdout, words: &'static str) -> Option<String> {
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
