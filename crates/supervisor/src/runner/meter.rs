//! What a run uses while it lives, read from /proc every few milliseconds.
//!
//! A runner has one run at a time, so every process that the supervisor can see belongs to the run,
//! except itself, the sandbox's first process, the shadow of a program that waited, and those that wait
//! for other runs.

use super::memory::{self, Alive, Bounds};
use crate::sandbox::{Sandbox, Shadow};
use crate::sys::fs::{self, Room};
use crate::sys::{ids, process};
use std::collections::HashMap;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The first readings come quickly, for programs that run into a limit at once; then each waits
/// twice as long as the one before, up to the interval.
const FIRST: Duration = Duration::from_millis(1);
/// Where a cgroup holds the memory and the processes of a run, there is no such hurry.
const FIRST_OF_HELD: Duration = Duration::from_millis(4);
/// Time from one reading to the next; more where a reading itself costs much, so that measuring
/// never takes more than a tenth of a core. Its cost is its CPU time: a reading during which the
/// supervisor had to stand back for the program must not earn that program a long pause.
const INTERVAL: Duration = Duration::from_millis(10);
const SHARE_OF_A_CORE: u32 = 10;
/// A program must not be able to hide behind readings that it makes slow.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// The kernel's unit of CPU time in /proc/PID/stat (`USER_HZ`, 100 on every Linux).
const TICK_US: u64 = 10_000;

/// A run's use of the machine at one moment, and the peaks so far.
pub(super) struct Meter {
    pub(super) next: Instant,
    interval: Duration,
    /// CPU time by what parents waited for.
    waited_for: Cpu,
    /// CPU time by what each process had used when it was last seen: what a parent that ignores
    /// its children's end cannot hide.
    last_seen: HashMap<u32, Cpu>,
    vanished: Cpu,
    pub(super) memory_peak: u64,
    pub(super) processes_peak: u64,
    /// What those had written that were killed; nobody waits for them, which would add it up.
    pub(super) written_by_killed: u64,
    /// The supervisor, and what waits for other runs.
    others: Vec<u32>,
    waited: Option<Waited>,
}

/// A program that waited for its run, and the CPU time that it had used by then.
#[derive(Debug, Clone, Copy)]
pub(super) struct Waited {
    pid: u32,
    used: Cpu,
}

impl Waited {
    pub(super) fn find(pid: u32) -> Self {
        Self {
            pid,
            used: stat_of(pid).map_or(Cpu::default(), |stat| stat.own),
        }
    }
}

impl Meter {
    /// `held`: the kernel stops the run at its own limits. `waited`: the program, where it waited for
    /// its run; what it used until now is not the run's.
    pub(super) fn start(
        now: Instant,
        mut others: Vec<u32>,
        held: bool,
        waited: Option<Waited>,
    ) -> Self {
        others.push(std::process::id());
        let first = if held { FIRST_OF_HELD } else { FIRST };
        Self {
            next: now + first,
            interval: first,
            waited_for: Cpu::default(),
            last_seen: HashMap::new(),
            vanished: Cpu::default(),
            memory_peak: 0,
            processes_peak: 0,
            written_by_killed: 0,
            others,
            waited,
        }
    }

    /// Takes a reading. Processes that vanish meanwhile count as gone.
    pub(super) fn read(&mut self, sandbox: &Sandbox, memory_limit: u64, out_of_sight_bytes: u64) {
        let began = process::thread_cpu();
        let mut waited_for = stat_of(sandbox.pid as u32).map_or(Cpu::default(), |s| s.children);
        let mut processes = 0;
        let mut seen = HashMap::new();
        let mut alive = Vec::new();
        for pid in self.pids_of_run(sandbox) {
            if let Some(stat) = stat_of(pid) {
                alive.push(Alive {
                    pid,
                    parent: stat.parent,
                });
                let own = self.own(pid, stat.own);
                waited_for = waited_for.plus(own).plus(stat.children);
                seen.insert(pid, own);
                processes += stat.threads;
            }
        }
        for (pid, cpu) in std::mem::replace(&mut self.last_seen, seen) {
            // A number that was given anew meanwhile starts from less.
            let now = self.last_seen.get(&pid).map_or(0, |now| now.total_us());
            if now < cpu.total_us() {
                self.vanished = self.vanished.plus(cpu);
            }
        }
        self.waited_for = self.waited_for.larger(waited_for);
        let bounds = Bounds {
            peak: self.memory_peak,
            limit: memory_limit,
        };
        let held = memory::held(&alive, sandbox, bounds, out_of_sight_bytes);
        self.memory_peak = self.memory_peak.max(held);
        self.processes_peak = self.processes_peak.max(processes);
        let cost = process::thread_cpu().saturating_sub(began);
        self.interval = (self.interval * 2).min(INTERVAL);
        let pause = (cost * SHARE_OF_A_CORE).clamp(self.interval, LONGEST_PAUSE);
        self.next = Instant::now() + pause;
    }

    /// Reads what those have written that are about to be killed: of processes that are killed the
    /// kernel adds nothing up.
    pub(super) fn read_written(&mut self, sandbox: &Sandbox) {
        let pids = self.pids_of_run(sandbox);
        let written = || {
            let counters = pids
                .iter()
                .flat_map(|pid| process::io_counters(&pid.to_string()));
            counters
                .map(|counters| process::written_bytes(&counters))
                .sum()
        };
        // Nobody but their own identity may open them.
        let ids = sandbox.ids;
        self.written_by_killed =
            ids::with_file_ids(ids.program, ids.program_gid, written).unwrap_or(0);
    }

    /// Whether a process of the run has this many descriptors open. Known since Linux 6.2 only: to
    /// count them one by one would take too long.
    pub(super) fn any_with_descriptors(&self, count: u64) -> bool {
        let many = |pid: &u32| {
            let folder = std::fs::metadata(format!("/proc/{pid}/fd"));
            folder.is_ok_and(|folder| folder.len() >= count)
        };
        self.last_seen.keys().any(many)
    }

    /// Notes how many processes and threads there were, counted by another.
    pub(super) fn saw_processes(&mut self, count: u64) {
        self.processes_peak = self.processes_peak.max(count);
    }

    /// CPU time of the run so far. Both ways of counting may miss something and neither counts
    /// twice: the larger is nearer.
    pub(super) fn cpu(&self) -> Cpu {
        let alive = self
            .last_seen
            .values()
            .fold(Cpu::default(), |a, b| a.plus(*b));
        self.waited_for.larger(self.vanished.plus(alive))
    }

    /// What a process has used for this run.
    fn own(&self, pid: u32, used: Cpu) -> Cpu {
        match self.waited {
            Some(waited) if waited.pid == pid => used.minus(waited.used),
            _ => used,
        }
    }

    /// Processes and threads that are alive in a run.
    pub(super) fn alive(&self, sandbox: &Sandbox) -> u64 {
        let pids = self.pids_of_run(sandbox).into_iter();
        pids.filter_map(stat_of).map(|stat| stat.threads).sum()
    }

    pub(super) fn pids_of_run(&self, sandbox: &Sandbox) -> Vec<u32> {
        let Ok(entries) = std::fs::read_dir("/proc") else {
            return Vec::new();
        };
        let shadow = sandbox.shadow.filter(Shadow::is_idle).map(|it| it.pid);
        let ours = |pid: u32| pid == sandbox.pid as u32 || Some(pid) == shadow;
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|pid| !ours(*pid) && !self.others.contains(pid))
            .collect()
    }
}

/// CPU time in the program and in the kernel on its behalf.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Cpu {
    pub(super) user_us: u64,
    pub(super) system_us: u64,
}

impl Cpu {
    pub(super) fn total_us(self) -> u64 {
        self.user_us + self.system_us
    }

    fn plus(self, other: Self) -> Self {
        Self {
            user_us: self.user_us + other.user_us,
            system_us: self.system_us + other.system_us,
        }
    }

    /// Without what came before. Exact in sum: the kernel guesses which part of it was which.
    pub(super) fn minus(self, before: Self) -> Self {
        let left = self.total_us().saturating_sub(before.total_us());
        let user_us = self.user_us.saturating_sub(before.user_us).min(left);
        Self {
            user_us,
            system_us: left - user_us,
        }
    }

    pub(super) fn larger(self, other: Self) -> Self {
        if other.total_us() > self.total_us() {
            other
        } else {
            self
        }
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    parent: u32,
    own: Cpu,
    /// Of children that were waited for.
    children: Cpu,
    threads: u64,
}

fn stat_of(pid: u32) -> Option<Stat> {
    parse_stat(&std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

/// Reads /proc/PID/stat. The name in its second field is the program's own choice and may hold
/// spaces and parentheses: fields are counted from the last parenthesis.
fn parse_stat(text: &str) -> Option<Stat> {
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<u64> = rest
        .split_ascii_whitespace()
        .map(|field| field.parse().unwrap_or(0))
        .collect();
    // In proc_pid_stat(5) utime is field 14; the first field after the name is the third.
    let field = |number: usize| fields.get(number - 3).copied();
    let cpu = |user, system| {
        Some(Cpu {
            user_us: field(user)? * TICK_US,
            system_us: field(system)? * TICK_US,
        })
    };
    Some(Stat {
        parent: u32::try_from(field(4)?).ok()?,
        own: cpu(14, 15)?,
        children: cpu(16, 17)?,
        threads: field(20)?,
    })
}

/// The room in the scratch folder; none is used where it cannot be asked.
pub(super) fn room(sandbox: &Sandbox) -> Room {
    fs::room(sandbox.scratch.as_fd()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hostile_process_name_does_not_shift_the_fields() {
        let text = "42 (a) 1 2 3) 9 9) S 1 42 42 0 -1 4194304 90 0 0 0 7 3 2 1 20 0 5 0 100";
        assert_eq!(
            parse_stat(text),
            Some(Stat {
                parent: 1,
                own: Cpu {
                    user_us: 70_000,
                    system_us: 30_000
                },
                children: Cpu {
                    user_us: 20_000,
                    system_us: 10_000
                },
                threads: 5
            })
        );
    }

    #[test]
    fn a_cut_line_is_no_reading() {
        assert_eq!(parse_stat("42 (x) S 1 42"), None);
    }
}
