//! The server under faults: always at the same address, with the same folders and the same owner,
//! however often it is started again.

use super::client::{Broken, Client};
use super::clock::Clock;
use super::daemon::docker;
use super::processes::{self, Known};
use crate::process::Engine;
use anyhow::Context;
use rustix::process::Signal;
use serde_json::Value;
use std::fs::{self, File};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

pub(super) const LANGUAGES: [&str; 2] = ["python", "cpp"];
/// Of each language, no more and no less, so that their number is known.
pub(super) const RUNNERS: u64 = 2;
const REPORT: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Below those that the kernel gives to clients: nobody else takes it while the server is down.
const PORTS: std::ops::Range<u16> = 21_000..31_000;

/// The disk is of 64 MiB: what the cache may take leaves more than the reserve.
const FLAGS: &str = "--languages python,cpp --min-idle 2 --max-runners 2 --pull never \
    --cache-memory-bytes 1MiB --cache-disk-bytes 16MiB --disk-reserve-bytes 24MiB";
/// What the configuration file is at the start.
pub(super) const CONFIG: &str =
    "log_filter = 'warn,warmbox::server=info'\nshutdown_timeout = '40s'\n";

pub(super) struct Service {
    pub(super) engine: Engine,
    pub(super) address: SocketAddr,
    owner: String,
    docker_host: Option<String>,
    /// Configuration and log.
    folder: TempDir,
    disk: std::path::PathBuf,
    /// Its wall clock.
    clock: [(&'static str, std::path::PathBuf); 2],
    child: Option<Child>,
}

impl Service {
    pub(super) fn new(
        engine: Engine,
        disk: &Path,
        docker_host: Option<String>,
        clock: &Clock,
    ) -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("warmbox-soak-")?;
        fs::write(folder.path().join("warmbox.toml"), CONFIG)?;
        Ok(Self {
            engine,
            address: free_address()?,
            owner: format!("soak-{}-{engine}", std::process::id()),
            docker_host,
            folder,
            disk: disk.to_path_buf(),
            clock: clock.variables(),
            child: None,
        })
    }

    /// Starts the server; it is not ready yet.
    pub(super) fn start(&mut self) -> anyhow::Result<()> {
        let log = File::options()
            .create(true)
            .append(true)
            .open(self.folder.path().join("log"))?;
        let mut command = Command::new(env!("CARGO_BIN_EXE_warmbox"));
        command
            .args(["serve", "--host", "127.0.0.1", "--port"])
            .arg(self.address.port().to_string())
            .args(["--engine", &self.engine.to_string()])
            .args(["--owner", &self.owner])
            .args(FLAGS.split_whitespace())
            .arg("--config")
            .arg(self.folder.path().join("warmbox.toml"))
            .arg("--state-dir")
            .arg(self.disk.join("state"))
            .arg("--cache-dir")
            .arg(self.disk.join("cache"))
            .current_dir(self.folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(log);
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            let ours = text.starts_with("WARMBOX_") && text != "WARMBOX_SUPERVISOR";
            if ours || matches!(&*text, "SHUTDOWN_TIMEOUT" | "ENABLE_FAIL_SAFE") {
                command.env_remove(&name);
            }
        }
        command.envs(self.clock.iter().map(|(name, path)| (name, path)));
        if let Some(host) = &self.docker_host {
            command.args(["--docker-host", host]);
        }
        self.child = Some(command.spawn().context("the server cannot be started")?);
        Ok(())
    }

    /// Waits until every language can be executed.
    pub(super) fn await_ready(&mut self, deadline: Duration) -> anyhow::Result<()> {
        let start = Instant::now();
        while !self.is_ready() {
            self.ensure_running()?;
            let late = start.elapsed() > deadline;
            anyhow::ensure!(!late, "it is not ready: {}", self.log_end());
            std::thread::sleep(LOOK_AGAIN);
        }
        Ok(())
    }

    pub(super) fn is_ready(&self) -> bool {
        let reply = Client::new(self.address, REPORT).get("/readyz");
        matches!(reply, Ok(reply) if reply.status == 200)
    }

    /// The figures of a language's pool.
    pub(super) fn pool(&self, language: &str) -> anyhow::Result<Value> {
        match Client::new(self.address, REPORT).get("/pool/stats") {
            Ok(reply) => {
                let mut stats: Value = serde_json::from_str(&reply.body)?;
                Ok(stats["languages"][language].take())
            }
            Err(Broken::Refused) => anyhow::bail!("nobody listens"),
            Err(Broken::Cut(error)) => anyhow::bail!("cut: {error}"),
            Err(Broken::Late) => anyhow::bail!("/pool/stats does not answer"),
        }
    }

    pub(super) fn process(&self) -> anyhow::Result<Known> {
        let pid = self.child.as_ref().map(Child::id);
        pid.and_then(Known::find).context("the server has ended")
    }

    pub(super) fn ensure_running(&mut self) -> anyhow::Result<()> {
        let child = self.child.as_mut().context("no server was started")?;
        if let Some(status) = child.try_wait()? {
            anyhow::bail!("the server ended by itself, {status}: {}", self.log_end());
        }
        Ok(())
    }

    /// Sends a signal after which it ends, and waits for that.
    pub(super) fn end(&mut self, signal: Signal, deadline: Duration) -> anyhow::Result<ExitStatus> {
        self.process()?.signal(signal)?;
        let start = Instant::now();
        let mut child = self.child.take().context("no server was started")?;
        while start.elapsed() < deadline {
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            std::thread::sleep(LOOK_AGAIN);
        }
        self.child = Some(child);
        anyhow::bail!(
            "the server did not end within {deadline:?}: {}",
            self.log_end()
        )
    }

    /// The first process of each runner that is there.
    pub(super) fn runners(&self) -> anyhow::Result<Vec<Known>> {
        let Some(host) = &self.docker_host else {
            return Ok(processes::children(self.process()?.pid));
        };
        let mut words = vec!["inspect", "--format", "{{.State.Pid}}"];
        let ids = self.containers()?;
        words.extend(ids.iter().map(String::as_str));
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        // It fails for those that went meanwhile.
        let pids = docker(host, &words).unwrap_or_default();
        let pids = pids.split_whitespace().filter_map(|pid| pid.parse().ok());
        Ok(pids
            .filter(|pid| *pid != 0)
            .filter_map(Known::find)
            .collect())
    }

    /// Containers of its owner, in whatever state; none with the embedded engine.
    pub(super) fn containers(&self) -> anyhow::Result<Vec<String>> {
        let Some(host) = &self.docker_host else {
            return Ok(Vec::new());
        };
        let label = format!("label=dev.warmbox.owner={}", self.owner);
        let ids = docker(host, &["ps", "--all", "--quiet", "--filter", &label])?;
        Ok(ids.split_whitespace().map(str::to_owned).collect())
    }

    /// Writes another configuration file.
    pub(super) fn configure(&self, text: &str) -> anyhow::Result<()> {
        Ok(fs::write(self.folder.path().join("warmbox.toml"), text)?)
    }

    pub(super) fn log(&self) -> String {
        let bytes = fs::read(self.folder.path().join("log")).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    }

    fn log_end(&self) -> String {
        let log = self.log();
        let lines: Vec<_> = log.lines().rev().take(12).collect();
        lines.into_iter().rev().collect::<Vec<_>>().join("\n")
    }
}

/// Its runners end with it.
impl Drop for Service {
    fn drop(&mut self) {
        if let Some(child) = &mut self.child {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn free_address() -> anyhow::Result<SocketAddr> {
    let first = u64::from(std::process::id()) % PORTS.len() as u64;
    let free = |step: u64| {
        let port = PORTS.start + ((first + step) % PORTS.len() as u64) as u16;
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        TcpListener::bind(address).is_ok().then_some(address)
    };
    (0..100).find_map(free).context("no port is free")
}
