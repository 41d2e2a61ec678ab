//! The kernel's own ceiling over a run: its memory and its processes, where the host lets the
//! keeper make cgroups (version 1 or 2). Elsewhere the meter alone holds a run to its limits.
//!
//! One cgroup for each runner, its supervisor included: processes are born into it. To move every
//! run's first process into a cgroup of its own would be exact, and would cost ten milliseconds
//! a run, because the kernel stops all forks of the machine for it (measured on 6.18, both
//! versions take the same lock). So the limit leaves room for the supervisor, and the meter
//! judges to the byte.
//!
//! In a container the cgroup is the engine's: nobody inside can change it, and the supervisor only
//! reads what it counted.
//!
//! The files are opened by the keeper, with the keeper's rights, and used by the supervisor,
//! which has none: see cgroups(7), "Cgroups delegation".

mod layout;
mod made;

pub use made::Made;

use crate::failure::{Failure, Step};
use layout::{Layout, Place};
use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use warmbox_protocol::MemoryCeiling;

/// Processes of ours in the cgroup: the supervisor, and the sandbox's first.
const OWN_PROCESSES: u64 = 2;
/// By how much the cgroup's limit is above that of the run's uid. The kernel refuses a fork for the
/// uid's sake before it copies a process and for the cgroup's after it, which fork bombs turn into
/// seconds.
const SECOND_LINE: u64 = 8;
/// What a supervisor needs beside the run, without the run's input and output.
const OWN_BYTES: u64 = 16 << 20;

/// The open files of a runner's cgroup.
pub struct RunCgroup {
    kind: MemoryCeiling,
    /// Nothing for a container's, whose limits stand for all its runs.
    control: Option<Control>,
    memory_events: File,
    /// What it holds that no process shows: see `Counters`, and `shared_bytes`.
    memory_stat: Option<File>,
    kernel_memory: Option<File>,
}

/// What the limits are set by.
struct Control {
    /// One in version 2, one for each controller in version 1.
    procs: Vec<File>,
    memory_limit: File,
    /// Memory and swap together; only version 1, and only where the kernel counts swap.
    memory_and_swap_limit: Option<File>,
    pids_limit: File,
}

/// What the kernel counts in a cgroup.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Processes that it killed since the cgroup was made.
    pub memory_kills: u64,
    /// Shared memory, mapped by somebody or not, and the kernel's own (page tables, sockets, pipes).
    /// Only counted where the cgroup does not stop a run at its own limit: it takes as long as all
    /// the rest of a reading.
    pub out_of_sight_bytes: u64,
}

impl Counters {
    /// What came on top of `before`.
    pub fn since(self, before: Self) -> Self {
        Self {
            memory_kills: self.memory_kills.saturating_sub(before.memory_kills),
            out_of_sight_bytes: (self.out_of_sight_bytes).saturating_sub(before.out_of_sight_bytes),
        }
    }
}

impl RunCgroup {
    /// The cgroup of the container that this process is in, as far as it can be read here.
    pub fn of_container() -> Option<Self> {
        let open = |place: &Place, name| File::open(place.own.join(name)).ok();
        let (place, events, kernel) = match layout::here()? {
            Layout::V1 { memory, .. } => {
                let kernel = Some("memory.kmem.usage_in_bytes");
                (memory, "memory.oom_control", kernel)
            }
            // There it stands in `memory.stat`.
            Layout::V2(place) => (place, "memory.events", None),
        };
        Some(Self {
            kind: MemoryCeiling::Container,
            control: None,
            memory_events: open(&place, events)?,
            memory_stat: open(&place, "memory.stat"),
            kernel_memory: kernel.and_then(|name| open(&place, name)),
        })
    }

    pub fn kind(&self) -> MemoryCeiling {
        self.kind
    }

    /// Whether it is a runner's own and takes each run's limits.
    pub fn holds_runs(&self) -> bool {
        self.control.is_some()
    }

    /// Puts a process in, and with it whatever it will fork.
    pub fn attach(&self, pid: i32) -> Result<(), Failure> {
        let attached: io::Result<()> = (self.control.iter())
            .flat_map(|control| &control.procs)
            .try_for_each(|file| write(file, &pid.to_string()));
        attached.step("put the runner into its cgroup")
    }

    /// Sets the limits of the next run. `beside_bytes` is what the supervisor will hold for it,
    /// input and output that is kept, and what waits for other runs; `processes` counts that too.
    pub fn allow(
        &self,
        memory_bytes: u64,
        beside_bytes: u64,
        processes: u64,
    ) -> Result<(), Failure> {
        let Some(control) = &self.control else {
            return Ok(());
        };
        let bytes = memory_bytes
            .saturating_add(beside_bytes)
            .saturating_add(OWN_BYTES);
        (control.limit_memory(&bytes.to_string())).step("set the cgroup's memory limit")?;
        let processes = processes.saturating_add(OWN_PROCESSES + SECOND_LINE);
        write(&control.pids_limit, &processes.to_string()).step("set the cgroup's process limit")
    }

    /// Lifts the memory limit while no run is alive: what is collected may be more than a run
    /// was allowed.
    pub fn lift(&self) -> Result<(), Failure> {
        let Some(control) = &self.control else {
            return Ok(());
        };
        let unlimited = match self.kind {
            MemoryCeiling::CgroupV2 => "max",
            _ => "-1",
        };
        (control.limit_memory(unlimited)).step("lift the cgroup's memory limit")
    }

    /// The counters now. A file that cannot be read counts as no event: the meter still judges
    /// by the peak.
    pub fn counters(&self) -> Counters {
        let events = read(&self.memory_events);
        let stat = match self.control {
            None => self.stat(),
            Some(_) => String::new(),
        };
        let kernel = match &self.kernel_memory {
            Some(file) => read(file).trim().parse().unwrap_or(0),
            None => kernel_memory(&stat),
        };
        Counters {
            memory_kills: find(&events, "oom_kill"),
            out_of_sight_bytes: find(&stat, "shmem") + kernel,
        }
    }

    /// Shared memory and files on a tmpfs.
    pub fn shared_bytes(&self) -> u64 {
        find(&self.stat(), "shmem")
    }

    fn stat(&self) -> String {
        self.memory_stat.as_ref().map(read).unwrap_or_default()
    }
}

impl Control {
    fn limit_memory(&self, value: &str) -> io::Result<()> {
        match &self.memory_and_swap_limit {
            None => write(&self.memory_limit, value),
            Some(with_swap) => {
                // The kernel refuses a moment in which the sum is below the part: lift it first.
                write(with_swap, "-1")?;
                write(&self.memory_limit, value)?;
                write(with_swap, value)
            }
        }
    }
}

/// A control file takes its value in one write.
fn write(file: &File, text: &str) -> io::Result<()> {
    file.write_at(text.as_bytes(), 0).map(drop)
}

fn read(file: &File) -> String {
    let mut bytes = [0; 4096];
    let got = file.read_at(&mut bytes, 0).unwrap_or(0);
    String::from_utf8_lossy(&bytes[..got]).into_owned()
}

/// The value behind `name` in a file of `name value` lines.
fn find(text: &str, name: &str) -> u64 {
    text.lines()
        .filter_map(|line| line.split_once(' '))
        .find(|(key, _)| *key == name)
        .and_then(|(_, value)| value.trim().parse().ok())
        .unwrap_or(0)
}

/// What the kernel holds for a cgroup of version 2, by its `memory.stat`.
fn kernel_memory(stat: &str) -> u64 {
    let sum = |names: &[&str]| names.iter().map(|name| find(stat, name)).sum::<u64>();
    // Before Linux 5.18 there is no total, and nothing of it tells of pipes.
    let parts = sum(&["kernel_stack", "pagetables", "percpu", "slab"]);
    find(stat, "kernel").max(parts) + find(stat, "sock")
}

#[cfg(test)]
mod tests {
    use super::{find, kernel_memory};

    #[test]
    fn counters_are_found_by_their_whole_name() {
        let v1 = "oom_kill_disable 0\nunder_oom 0\noom_kill 3\n";
        assert_eq!(find(v1, "oom_kill"), 3);
        let v2 = "low 0\nhigh 0\nmax 7\noom 2\noom_kill 1\noom_group_kill 1\n";
        assert_eq!(find(v2, "oom_kill"), 1);
        assert_eq!(find(v2, "max"), 7);
        assert_eq!(find("", "max"), 0);
    }

    #[test]
    fn kernel_memory_is_found_whether_its_total_is_told_or_not() {
        let parts = "kernel_stack 1\npagetables 20\npercpu 300\nsock 4000\nshmem 7\nslab 50000\n";
        assert_eq!(kernel_memory(parts), 54_321);
        let total = format!("anon 5\nkernel 60000\n{parts}");
        assert_eq!(kernel_memory(&total), 64_000);
    }
}
