//! A Docker daemon of this soak's own, to be frozen: nobody else's containers are near. It has the
//! machine's images of the languages, and is gone with all that is its when this process ends.

use super::processes::{Known, Stopped};
use anyhow::Context;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const START: Duration = Duration::from_secs(60);
const LOOK_AGAIN: Duration = Duration::from_millis(50);
/// Of one docker command, in seconds.
const CALL: &str = "60";
/// To save an image here and load it there, in seconds.
const LOAD: &str = "600";
/// What ends the daemons of the tests.
const ENDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/docker/end-daemon.sh");
const IMAGES: &str = "warmbox-python:latest warmbox-cpp:latest";
/// As in the tests: Kubernetes' part would take a second to start.
const CONTAINERD: &str = "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n";

pub(super) struct Daemon {
    /// For `--docker-host`.
    pub(super) host: String,
    folder: PathBuf,
    containerd: Child,
    dockerd: Option<Child>,
    ender: Child,
}

impl Daemon {
    /// A daemon that answers and has the images.
    pub(super) fn start() -> anyhow::Result<Self> {
        let (mut daemon, refused) = match Self::launch("overlay2")? {
            (daemon, None) => (daemon, None),
            // Where / is an overlay itself.
            (daemon, Some(_)) => {
                drop(daemon);
                Self::launch("vfs")?
            }
        };
        if let Some(refused) = refused {
            anyhow::bail!("no dockerd: {refused}");
        }
        daemon.load()?;
        Ok(daemon)
    }

    /// A daemon, and its last words if it has ended.
    fn launch(driver: &str) -> anyhow::Result<(Self, Option<String>)> {
        // The script removes it, also when this process is killed before.
        let folder = TempDir::with_prefix("warmbox-dockerd-")?.keep();
        let f = folder.display().to_string();
        fs::write(folder.join("daemon.json"), "{}")?;
        fs::write(folder.join("containerd.toml"), CONTAINERD)?;
        let ender = background(Command::new("sh").args([ENDER, &f]), &folder, "end.log")?;
        let containerd = background(
            // Namespaces of its own, so that no mount of theirs is seen outside.
            Command::new("unshare")
                .args(["--net", "--mount", "--propagation=private", "containerd"])
                .arg(format!("--config={f}/containerd.toml"))
                .arg(format!("--root={f}/containerd"))
                .arg(format!("--state={f}/containerd-state"))
                .arg(format!("--address={f}/containerd.sock")),
            &folder,
            "containerd.log",
        )?;
        let mut daemon = Self {
            host: format!("unix://{f}/docker.sock"),
            folder,
            containerd,
            dockerd: None,
            ender,
        };
        let socket = daemon.folder.join("containerd.sock");
        wait_for("containerd listens", || Ok(socket.exists()))?;
        let refused = daemon.dockerd(driver)?;
        Ok((daemon, refused))
    }

    fn dockerd(&mut self, driver: &str) -> anyhow::Result<Option<String>> {
        let f = self.folder.display();
        let name = self.folder.file_name().unwrap_or_default().display();
        let mut command = Command::new("nsenter");
        command
            .args(["--net", "--mount"])
            .arg(format!("--target={}", self.containerd.id()))
            .arg("dockerd")
            .arg(format!("--config-file={f}/daemon.json"))
            .arg(format!("--host={}", self.host))
            .arg(format!("--containerd={f}/containerd.sock"))
            .arg(format!("--data-root={f}/data"))
            .arg(format!("--exec-root={f}/exec"))
            .arg(format!("--pidfile={f}/docker.pid"))
            .arg(format!("--storage-driver={driver}"))
            .arg(format!("--cgroup-parent=/{name}"))
            .args(["--exec-opt=native.cgroupdriver=cgroupfs", "--bridge=none"])
            .args(["--iptables=false", "--ip6tables=false", "--ip-masq=false"]);
        let mut child = background(&mut command, &self.folder, "dockerd.log")?;
        let mut ended = false;
        wait_for("dockerd answers or ends", || {
            ended = child.try_wait()?.is_some();
            Ok(ended || docker(&self.host, &["version"]).is_ok())
        })?;
        if ended {
            let log = fs::read_to_string(self.folder.join("dockerd.log"))?;
            return Ok(Some(log.lines().last().unwrap_or_default().to_owned()));
        }
        self.dockerd = Some(child);
        Ok(None)
    }

    fn load(&mut self) -> anyhow::Result<()> {
        let words = format!("docker save {IMAGES} | docker --host \"$0\" load --quiet");
        let output = Command::new("timeout")
            .args([LOAD, "bash", "-o", "pipefail", "-c", &words, &self.host])
            .output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "no images; make images: {said}");
        Ok(())
    }

    /// From now on it accepts connections and answers nothing, until the guard is dropped.
    pub(super) fn freeze(&self) -> anyhow::Result<Stopped> {
        let pid = self.dockerd.as_ref().map(Child::id);
        let dockerd = pid.and_then(Known::find).context("dockerd has ended")?;
        Stopped::new(dockerd)
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        drop(self.ender.stdin.take());
        let start = Instant::now();
        // They are reaped here, because they are seen to end only then.
        while start.elapsed() < START && matches!(self.ender.try_wait(), Ok(None)) {
            for child in self.dockerd.iter_mut().chain([&mut self.containerd]) {
                let _ = child.try_wait();
            }
            std::thread::sleep(LOOK_AGAIN);
        }
    }
}

/// What a docker command says.
pub(super) fn docker(host: &str, words: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("timeout")
        .args([CALL, "docker", "--host", host])
        .args(words)
        .output()
        .context("docker")?;
    anyhow::ensure!(output.status.success(), "docker {words:?}: {output:?}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Out of reach of an interrupt at the terminal; it sees the end of its input when this process ends.
fn background(command: &mut Command, folder: &Path, log: &str) -> anyhow::Result<Child> {
    let log = File::create(folder.join(log))?;
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/local/sbin:/usr/sbin:/sbin";
    command
        .env("PATH", path)
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(log.try_clone()?)
        .stderr(log)
        .spawn()
        .with_context(|| format!("{command:?}"))
}

fn wait_for(what: &str, mut there: impl FnMut() -> anyhow::Result<bool>) -> anyhow::Result<()> {
    let start = Instant::now();
    while !there()? {
        anyhow::ensure!(start.elapsed() < START, "waited in vain: {what}");
        std::thread::sleep(LOOK_AGAIN);
    }
    Ok(())
}
