//! Making the cgroup of a runner, and taking it away. Done by the keeper, on the host's side.

use super::layout::{self, Layout, Place};
use super::{Control, RunCgroup, write};
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};
use warmbox_protocol::MemoryCeiling;

const PREFIX: &str = "warmbox-";
/// The kernel needs a moment to empty a cgroup whose last process has died.
const REMOVE_DEADLINE: Duration = Duration::from_secs(1);

/// A runner's cgroup on disk; removed when dropped.
pub struct Made {
    folders: Vec<PathBuf>,
}

impl Made {
    /// Makes a cgroup for this keeper's runner, if the host lets it.
    pub fn try_new() -> Option<(Self, RunCgroup)> {
        let layout = layout::here()?;
        // From the first folder on, dropping `made` takes away what is there.
        let mut made = Self {
            folders: Vec::new(),
        };
        let cgroup = match layout {
            Layout::V1 { memory, pids } => made.version_1(&memory, &pids),
            Layout::V2(place) => made.version_2(&place),
        };
        cgroup.ok().map(|cgroup| (made, cgroup))
    }

    fn version_1(&mut self, memory: &Place, pids: &Place) -> io::Result<RunCgroup> {
        let memory = self.make(&memory.own)?;
        let pids = self.make(&pids.own)?;
        let with_swap = control(&memory, "memory.memsw.limit_in_bytes");
        Ok(RunCgroup {
            kind: MemoryCeiling::CgroupV1,
            control: Some(Control {
                procs: vec![
                    control(&memory, "cgroup.procs")?,
                    control(&pids, "cgroup.procs")?,
                ],
                memory_limit: control(&memory, "memory.limit_in_bytes")?,
                memory_and_swap_limit: with_swap.ok(),
                pids_limit: control(&pids, "pids.max")?,
            }),
            memory_events: File::open(memory.join("memory.oom_control"))?,
            memory_stat: File::open(memory.join("memory.stat")).ok(),
            kernel_memory: None,
        })
    }

    fn version_2(&mut self, place: &Place) -> io::Result<RunCgroup> {
        let parent = parent_with_controllers(place).ok_or(io::ErrorKind::Unsupported)?;
        let folder = self.make(parent)?;
        if let Ok(swap) = control(&folder, "memory.swap.max") {
            write(&swap, "0")?;
        }
        Ok(RunCgroup {
            kind: MemoryCeiling::CgroupV2,
            control: Some(Control {
                procs: vec![control(&folder, "cgroup.procs")?],
                memory_limit: control(&folder, "memory.max")?,
                memory_and_swap_limit: None,
                pids_limit: control(&folder, "pids.max")?,
            }),
            memory_events: File::open(folder.join("memory.events"))?,
            memory_stat: File::open(folder.join("memory.stat")).ok(),
            kernel_memory: None,
        })
    }

    /// Takes away what keepers beside this one left that were killed; answers whether nothing of
    /// theirs is left.
    pub fn sweep(&self) -> bool {
        // All of them, whatever is left in the first.
        let mut clean = true;
        for parent in self.folders.iter().filter_map(|folder| folder.parent()) {
            clean &= sweep(parent);
        }
        clean
    }

    fn make(&mut self, parent: &Path) -> io::Result<PathBuf> {
        sweep(parent);
        let folder = parent.join(format!("{PREFIX}{}", std::process::id()));
        fs::create_dir(&folder)?;
        self.folders.push(folder.clone());
        Ok(folder)
    }
}

impl Drop for Made {
    fn drop(&mut self) {
        let deadline = Instant::now() + REMOVE_DEADLINE;
        for folder in &self.folders {
            while fs::remove_dir(folder).is_err() && Instant::now() < deadline {
                std::thread::sleep(Duration::from_millis(5));
            }
        }
    }
}

/// In version 2 a cgroup with processes cannot pass its controllers on, so the runner's goes
/// beside the server's own or above, where they are passed on already.
fn parent_with_controllers(place: &Place) -> Option<&Path> {
    place
        .own
        .ancestors()
        .take_while(|folder| folder.starts_with(&place.mount))
        .find(|folder| {
            let passed_on = fs::read_to_string(folder.join("cgroup.subtree_control"));
            let passed_on = passed_on.unwrap_or_default();
            let has = |name| passed_on.split_ascii_whitespace().any(|c| c == name);
            has("memory") && has("pids")
        })
}

/// Takes away what keepers left that were killed; answers whether all of it is gone. An occupied
/// cgroup cannot be removed, and a living keeper's is left alone.
fn sweep(parent: &Path) -> bool {
    let mut clean = true;
    for entry in fs::read_dir(parent).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let pid = name.to_str().and_then(|name| name.strip_prefix(PREFIX));
        if let Some(pid) = pid.and_then(|pid| pid.parse::<u32>().ok())
            && !Path::new(&format!("/proc/{pid}")).exists()
        {
            clean &= fs::remove_dir(entry.path()).is_ok();
        }
    }
    clean
}

fn control(folder: &Path, name: &str) -> io::Result<File> {
    OpenOptions::new().write(true).open(folder.join(name))
}
