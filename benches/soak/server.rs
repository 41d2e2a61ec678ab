//! The server under test: the release binary with its defaults, asked over HTTP.

use anyhow::Context;
use serde_json::Value;
use std::fmt;
use std::fs::File;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ANSWER_DEADLINE: Duration = Duration::from_secs(60);
const REST_DEADLINE: Duration = Duration::from_secs(60);
const STOP_DEADLINE: Duration = Duration::from_secs(30);
const LANGUAGE: &str = "python";

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Embedded,
    Docker,
}

impl fmt::Display for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Engine::Embedded => "embedded",
            Engine::Docker => "docker",
        })
    }
}

pub(crate) struct Server {
    pub(crate) engine: Engine,
    /// Whose its containers are.
    pub(crate) owner: String,
    child: Child,
    url: String,
    agent: ureq::Agent,
    folder: TempDir,
}

impl Server {
    pub(crate) fn start(engine: Engine) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("warmbox-soak-")?;
        let owner = format!("soak-{}-{engine}", std::process::id());
        let mut command = Command::new(env!("CARGO_BIN_EXE_warmbox"));
        // Defaults: only where the supervisor lies is taken over from the caller.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("WARMBOX_") && text != "WARMBOX_SUPERVISOR" {
                command.env_remove(&name);
            }
        }
        let mut child = command
            .args(["serve", "--port", "0", "--languages", LANGUAGE])
            .args(["--engine", &engine.to_string(), "--owner", &owner])
            .args(["--log-filter", "warn"])
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(File::create(folder.path().join("log"))?)
            .spawn()
            .context("the server cannot be started")?;
        let stdout = child.stdout.take().context("the server has no stdout")?;
        let mut server = Self {
            engine,
            owner,
            child,
            url: String::new(),
            agent: ureq::Agent::config_builder()
                .http_status_as_error(false)
                .timeout_global(Some(ANSWER_DEADLINE))
                .build()
                .into(),
            folder,
        };
        // It tells its address once it is warm, which it is within half a minute, or says why not.
        let mut lines = BufReader::new(stdout).lines();
        let told = lines.next().transpose()?.unwrap_or_default();
        let url = told
            .split_whitespace()
            .find(|word| word.starts_with("http://"));
        server.url = url.unwrap_or_default().to_owned();
        anyhow::ensure!(
            told.contains("is ready at"),
            "the server is not ready: {told}\n{}\n{}",
            lines.map_while(Result::ok).take(1).collect::<String>(),
            server.log()
        );
        // Whatever it prints later must not block it.
        std::thread::spawn(move || lines.for_each(drop));
        Ok(server)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("log")).unwrap_or_default()
    }

    /// Executes a program; asks again where it is told to.
    pub(crate) fn execute(&self, request: &Value) -> anyhow::Result<Value> {
        let url = format!("{}/execute/{LANGUAGE}", self.url);
        loop {
            let mut response = self.agent.post(&url).send_json(request)?;
            let answer: Value = response
                .body_mut()
                .with_config()
                .limit(64 << 20)
                .read_json()?;
            match response.status().as_u16() {
                200 => return Ok(answer),
                429 => std::thread::sleep(Duration::from_millis(200)),
                other => anyhow::bail!("{other}: {answer}\n{}", self.log()),
            }
        }
    }

    /// Asks for a run and closes the connection while it goes on.
    pub(crate) fn ask_and_go_away(&self, request: &Value) -> anyhow::Result<()> {
        let host = self.url.trim_start_matches("http://").trim_end_matches('/');
        let body = request.to_string();
        let mut stream = TcpStream::connect(host)?;
        write!(
            stream,
            "POST /execute/{LANGUAGE} HTTP/1.1\r\nhost: {host}\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        )?;
        std::thread::sleep(Duration::from_millis(100));
        Ok(())
    }

    pub(crate) fn pool(&self) -> anyhow::Result<Value> {
        let mut response = self.agent.get(format!("{}/pool/stats", self.url)).call()?;
        let mut stats: Value = response.body_mut().read_json()?;
        Ok(stats["languages"][LANGUAGE].take())
    }

    /// Waits until nothing is under way and all who are to be ready are.
    pub(crate) fn at_rest(&self) -> anyhow::Result<()> {
        let start = Instant::now();
        loop {
            let pool = self.pool()?;
            let busy = ["starting", "busy", "recycling", "waiting"];
            let ready = pool["idle"].as_u64() >= pool["min_idle"].as_u64();
            if ready && busy.iter().all(|figure| pool[*figure] == 0) && pool["size"] == pool["idle"]
            {
                return Ok(());
            }
            let late = start.elapsed() > REST_DEADLINE;
            anyhow::ensure!(!late, "the pool does not come to rest: {pool}");
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Asks the server to stop, and looks whether anything is left of it.
    pub(crate) fn stop(mut self) -> anyhow::Result<()> {
        let asked = Command::new("/bin/sh")
            .args(["-c", &format!("kill -TERM {}", self.child.id())])
            .status()?;
        anyhow::ensure!(asked.success(), "the server cannot be asked to stop");
        let start = Instant::now();
        let status = loop {
            if let Some(status) = self.child.try_wait()? {
                break status;
            }
            let late = start.elapsed() > STOP_DEADLINE;
            anyhow::ensure!(!late, "the server did not stop within {STOP_DEADLINE:?}");
            std::thread::sleep(Duration::from_millis(5));
        };
        anyhow::ensure!(
            status.success(),
            "the server ended with {status}\n{}",
            self.log()
        );
        let left = super::figures::containers(&self)?;
        anyhow::ensure!(left.is_empty(), "containers are left: {left:?}");
        Ok(())
    }
}

/// Its runners end with it.
impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
