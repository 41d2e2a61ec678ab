//! Containers, by the docker command: what the daemon says, not what the server believes.

use super::LANGUAGES;
use super::processes::{self, Process};
use std::process::{Command, Output};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

/// The daemon of this machine, or the one that `DOCKER_HOST` names.
pub(crate) fn host() -> String {
    std::env::var("DOCKER_HOST").unwrap_or_else(|_| "unix:///var/run/docker.sock".to_owned())
}

/// A runner's container, in whatever state.
#[derive(Debug, Clone)]
pub(crate) struct Container {
    pub(crate) id: String,
    /// As the daemon calls it: `created`, `running`, `exited`...
    pub(crate) state: String,
    /// Its first process as the machine sees it; 0 where it does not run.
    pub(crate) pid: u32,
}

/// Runs the docker command against a daemon.
pub(crate) fn docker(host: &str, words: &[&str]) -> Output {
    Command::new("docker")
        .args(words)
        .env("DOCKER_HOST", host)
        .output()
        .expect("the docker command is there; run make test")
}

/// All containers of one deployment.
pub(crate) fn owned_by(host: &str, owner: &str) -> Vec<Container> {
    let label = format!("label=dev.warmbox.owner={owner}");
    let list = ["ps", "--all", "--quiet", "--no-trunc", "--filter", &label];
    let listed = docker(host, &list);
    assert!(listed.status.success(), "docker ps: {listed:?}");
    let ids = String::from_utf8_lossy(&listed.stdout).into_owned();
    let ids: Vec<_> = ids.split_whitespace().collect();
    if ids.is_empty() {
        return Vec::new();
    }
    let fields = "{{.Id}} {{.State.Status}} {{.State.Pid}}";
    // It fails for those that went meanwhile, and still tells of the others.
    let told = docker(host, &[&["inspect", "--format", fields], &*ids].concat());
    let told = String::from_utf8_lossy(&told.stdout);
    told.lines().filter_map(read).collect()
}

fn read(line: &str) -> Option<Container> {
    let mut fields = line.split(' ').map(str::to_owned);
    Some(Container {
        id: fields.next()?,
        state: fields.next()?,
        pid: fields.next()?.parse().ok()?,
    })
}

/// The first processes of these containers and all below them.
pub(crate) fn processes_of(containers: &[Container]) -> Vec<Process> {
    let all = processes::all();
    let first = |process: &&Process| containers.iter().any(|it| it.pid == process.pid);
    let mut family: Vec<_> = all.iter().filter(first).cloned().collect();
    for container in containers.iter().filter(|container| container.pid != 0) {
        family.extend(processes::descendants(container.pid));
    }
    family
}

/// The containers of a deployment whose server was killed that are there after `deadline`.
///
/// One that was caught between its creation and its start never ran and cannot end: it is the
/// next server's sweep that removes it, and here it is done in its place.
pub(crate) fn left_after(deadline: Duration, host: &str, owner: &str) -> Vec<Container> {
    let start = Instant::now();
    loop {
        let (never_ran, left): (Vec<_>, Vec<_>) = owned_by(host, owner)
            .into_iter()
            .partition(|container| container.state == "created");
        if left.is_empty() || start.elapsed() >= deadline {
            for container in never_ran {
                docker(host, &["rm", "--force", &container.id]);
            }
            return left;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// Fails, always in the same words, where there is no daemon or no image.
pub(super) fn require_docker() {
    static LACK: OnceLock<Option<String>> = OnceLock::new();
    let lack = LACK.get_or_init(|| {
        let asked = Command::new("docker")
            .args(["image", "inspect", "--format", "{{.Id}}"])
            .args(LANGUAGES.map(|language| format!("warmbox-{language}:latest")))
            .env("DOCKER_HOST", host())
            .output();
        match asked {
            Ok(output) if output.status.success() => None,
            Ok(output) => {
                let words = String::from_utf8_lossy(&output.stderr);
                Some(words.lines().next().unwrap_or_default().to_owned())
            }
            Err(error) => Some(format!("the docker command cannot be started: {error}")),
        }
    });
    if let Some(lack) = lack {
        panic!(
            "these tests need Docker at {} and the toolchain images: {lack}\n`make test` sees to \
             both; WARMBOX_TEST_ENGINES=embedded leaves them out while you develop",
            host()
        );
    }
}
