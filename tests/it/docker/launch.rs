//! The processes of a Docker daemon of the tests' own: dockerd, its containerd, and the script
//! that ends both.

use crate::harness::wait_for;
use std::fs::{self, File};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const START: Duration = Duration::from_secs(30);
/// The script has deadlines of its own, which are shorter.
const END: Duration = Duration::from_secs(40);

const ENDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/docker/end-daemon.sh");
/// Nothing here needs Kubernetes' part of containerd, which would take a second to start.
const CONTAINERD: &str = "version = 2\ndisabled_plugins = [\"io.containerd.grpc.v1.cri\"]\n";
/// Beside the second of two versions of cgroups, where a machine has both, crun refuses to work.
const ONE_VERSION: &str = "umount -l /sys/fs/cgroup/unified; exec \"$@\"";

/// A containerd and the folder that all of a daemon's is in. Dropping it ends and removes all.
pub(super) struct Place {
    pub(super) folder: PathBuf,
    containerd: Child,
    ender: Child,
}

impl Place {
    /// Starts a containerd. It has mount and network namespaces of its own, in which the daemon
    /// will be as well: no mount of theirs is ever seen outside, and a daemon that wants no bridge
    /// does not take away the machine's.
    pub(super) fn new() -> Self {
        let folder = TempDir::with_prefix("warmbox-dockerd-").expect("a temporary folder");
        // Whoever ends the daemon removes it, also when this process is killed before.
        let folder = folder.keep();
        fs::write(folder.join("daemon.json"), runtimes()).expect("a file");
        fs::write(folder.join("containerd.toml"), CONTAINERD).expect("a file");
        let f = folder.display();
        let ender = background("sh", &format!("{ENDER}\n{f}"), &folder.join("end.log"));
        let socket = folder.join("containerd.sock");
        let containerd = background(
            "unshare",
            &format!(
                "--net\n--mount\n--propagation=private\nsh\n-c\n{ONE_VERSION}\nsh\n{}\n\
                 --config={f}/containerd.toml\n--root={f}/containerd\n\
                 --state={f}/containerd-state\n--address={}",
                program("containerd").display(),
                socket.display(),
            ),
            &folder.join("containerd.log"),
        );
        let place = Self {
            folder,
            containerd,
            ender,
        };
        wait_for(START, "containerd listens", || {
            socket.exists().then_some(())
        });
        place
    }

    /// Starts a dockerd, and waits until it answers; or answers its last words.
    pub(super) fn dockerd(
        &self,
        host: &str,
        driver: &str,
        answers: impl Fn() -> bool,
    ) -> Result<Child, String> {
        let f = self.folder.display();
        let name = self.folder.file_name().expect("a name").display();
        let log = self.folder.join("dockerd.log");
        let mut child = background(
            "nsenter",
            &format!(
                "--net\n--mount\n--target={}\n{}\n--config-file={f}/daemon.json\n--host={host}\n\
                 --containerd={f}/containerd.sock\n--data-root={f}/data\n--exec-root={f}/exec\n\
                 --pidfile={f}/docker.pid\n--storage-driver={driver}\n--cgroup-parent=/{name}\n\
                 --exec-opt=native.cgroupdriver=cgroupfs\n--bridge=none\n--iptables=false\n\
                 --ip6tables=false\n--ip-masq=false",
                self.containerd.id(),
                program("dockerd").display(),
            ),
            &log,
        );
        let mut ended = false;
        wait_for(START, "dockerd answers or ends", || {
            ended = child.try_wait().expect("it is our child").is_some();
            (ended || answers()).then_some(())
        });
        match ended {
            false => Ok(child),
            true => {
                let log = fs::read_to_string(&log).unwrap_or_default();
                Err(log.lines().last().unwrap_or_default().to_owned())
            }
        }
    }

    /// Ends everything; the daemon is reaped here, because it is seen to end only then.
    pub(super) fn end(&mut self, mut dockerd: Option<Child>) {
        drop(self.ender.stdin.take());
        let (start, mut ended) = (Instant::now(), None);
        while ended.is_none() && start.elapsed() < END {
            for child in dockerd.iter_mut().chain([&mut self.containerd]) {
                let _ = child.try_wait();
            }
            ended = self.ender.try_wait().expect("it is our child");
            std::thread::sleep(Duration::from_millis(5));
        }
        let clean = ended.is_some_and(|status| status.success());
        assert!(
            clean || std::thread::panicking(),
            "{} is not removed: {ended:?}",
            self.folder.display()
        );
    }
}

/// A program in the background with these words, one a line; out of reach of an interrupt at the
/// terminal. It sees the end of its input when this process ends.
fn background(name: &str, words: &str, log: &Path) -> Child {
    let log = (File::options().create(true).append(true).open(log)).expect("a log");
    Command::new(program(name))
        .args(words.lines())
        .current_dir("/")
        .process_group(0)
        .stdin(Stdio::piped())
        .stdout(log.try_clone().expect("a log"))
        .stderr(log)
        .spawn()
        .unwrap_or_else(|error| panic!("{name}: {error}"))
}

fn program(name: &str) -> PathBuf {
    find_program(name).unwrap_or_else(|| panic!("{name} is not installed; run make test"))
}

/// A program that may be in an administrator's PATH only.
fn find_program(name: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default() + ":/usr/local/sbin:/usr/sbin:/sbin";
    std::env::split_paths(&path)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file())
}

/// A configuration file of our own: the machine's may ask for what a flag says otherwise.
fn runtimes() -> String {
    let mut runtimes = serde_json::json!({});
    if let Some(path) = find_program("crun") {
        runtimes["crun"] = serde_json::json!({"path": path});
    }
    serde_json::json!({"runtimes": runtimes}).to_string()
}
