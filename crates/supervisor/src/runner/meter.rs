//! What a run uses while it lives, read from /proc every few milliseconds.
//!
//! A runner has one run at a time, so every process that the supervisor can see, except itself
//! and the sandbox's first process, belongs to the run.

use crate::sandbox::Sandbox;
use crate::sys::fs::{self, Room};
use std::collections::HashMap;
use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// The first readings come quickly, for programs that run into a limit at once; then each waits
/// twice as long as the one before, up to the interval.
const FIRST: Duration = Duration::from_millis(1);
/// Time from one reading to the next; more where a reading itself takes long, so that
/// measuring never costs more than a tenth of a core.
const INTERVAL: Duration = Duration::from_millis(10);
const SHARE_OF_A_CORE: u32 = 10;
/// A program must not be able to hide behind readings that it makes slow.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// About a thousand mappings.
const MOST_SMAPS_BYTES: u64 = 1 << 20;

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
    own_pid: u32,
}

impl Meter {
    pub(super) fn start(now: Instant) -> Self {
        Self {
            next: now + FIRST,
            interval: FIRST,
            waited_for: Cpu::default(),
            last_seen: HashMap::new(),
            vanished: Cpu::default(),
            memory_peak: 0,
            processes_peak: 0,
            own_pid: std::process::id(),
        }
    }

    /// Takes a reading. Processes that vanish meanwhile count as gone.
    pub(super) fn read(&mut self, sandbox: &Sandbox, memory_limit: u64) {
        let began = Instant::now();
        let mut waited_for = stat_of(sandbox.pid as u32).map_or(Cpu::default(), |s| s.children);
        let mut processes = 0;
        let mut seen = HashMap::new();
        let pids = self.pids_of_run(sandbox.pid as u32);
        for &pid in &pids {
            if let Some(stat) = stat_of(pid) {
                waited_for = waited_for.plus(stat.own).plus(stat.children);
                seen.insert(pid, stat.own);
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
        let held = self.held(&pids, sandbox, memory_limit);
        self.memory_peak = self.memory_peak.max(held);
        self.processes_peak = self.processes_peak.max(processes);
        let cost = began.elapsed();
        self.interval = (self.interval * 2).min(INTERVAL);
        let pause = (cost * SHARE_OF_A_CORE).clamp(self.interval, LONGEST_PAUSE);
        self.next = began + cost + pause;
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

    /// Memory of all processes and of the scratch folders. What is cheap to read is read first,
    /// and counts what processes share several times: only where that would be a new peak is it
    /// worth the exact reading.
    fn held(&self, pids: &[u32], sandbox: &Sandbox, limit: u64) -> u64 {
        let disk = room(sandbox).used_bytes;
        let rough: Memory = pids.iter().map(|&pid| resident(pid)).sum();
        let at_most = rough.private + rough.shared + disk;
        let exact = pids.len() < 2 && rough.shared == 0;
        if exact || at_most <= self.memory_peak {
            return at_most;
        }
        if at_most <= limit {
            // Scratch files that are mapped are in both figures: the larger is never too much.
            let memory: Memory = pids.iter().map(|&pid| proportional(pid)).sum();
            return memory.private + memory.shared.max(disk);
        }
        let device = device_of(sandbox);
        let elsewhere: u64 = pids.iter().map(|&pid| off_device(pid, &device)).sum();
        elsewhere + disk
    }

    fn pids_of_run(&self, init: u32) -> Vec<u32> {
        let Ok(entries) = std::fs::read_dir("/proc") else {
            return Vec::new();
        };
        entries
            .flatten()
            .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
            .filter(|&pid| pid != self.own_pid && pid != init)
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
        own: cpu(14, 15)?,
        children: cpu(16, 17)?,
        threads: field(20)?,
    })
}

/// Bytes of memory: private and file pages, and pages of shared memory.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Memory {
    private: u64,
    shared: u64,
}

impl std::iter::Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            private: a.private + b.private,
            shared: a.shared + b.shared,
        })
    }
}

/// All resident pages of a process: right when it is the only one.
fn resident(pid: u32) -> Memory {
    let text = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let bytes = |name| kilobytes(&text, name) << 10;
    Memory {
        private: bytes("RssAnon:") + bytes("RssFile:"),
        shared: bytes("RssShmem:"),
    }
}

/// Resident pages, each divided among the processes that share it: right in sum.
fn proportional(pid: u32) -> Memory {
    let Ok(text) = std::fs::read_to_string(format!("/proc/{pid}/smaps_rollup")) else {
        return resident(pid);
    };
    let bytes = |name| kilobytes(&text, name) << 10;
    Memory {
        private: bytes("Pss_Anon:") + bytes("Pss_File:"),
        shared: bytes("Pss_Shmem:"),
    }
}

/// Pages of a process, each divided among those that share it, without those of files on
/// `device`. A process with very many mappings is taken whole: to list them would take longer
/// than the limits may wait.
fn off_device(pid: u32, device: &str) -> u64 {
    let mut text = String::new();
    let read = File::open(format!("/proc/{pid}/smaps"))
        .and_then(|file| file.take(MOST_SMAPS_BYTES).read_to_string(&mut text));
    match read {
        Ok(got) if (got as u64) < MOST_SMAPS_BYTES => without_device(&text, device),
        _ => {
            let memory = proportional(pid);
            memory.private + memory.shared
        }
    }
}

/// Adds up /proc/PID/smaps: a line `range rights offset device inode path` for each mapping, and
/// lines `Name: N kB` behind it.
fn without_device(smaps: &str, device: &str) -> u64 {
    let mut sum = 0;
    let mut counts = true;
    for line in smaps.lines() {
        let mut words = line.split_ascii_whitespace();
        let first = words.next().unwrap_or_default();
        if !first.ends_with(':') {
            counts = words.nth(2) != Some(device);
        } else if counts && first == "Pss:" {
            sum += words
                .next()
                .and_then(|n| n.parse::<u64>().ok())
                .unwrap_or(0)
                << 10;
        }
    }
    sum
}

/// The scratch folder's device, as /proc/PID/smaps writes it.
fn device_of(sandbox: &Sandbox) -> String {
    let device = fs::status(sandbox.scratch.as_fd()).map_or(0, |status| status.st_dev);
    format!("{:02x}:{:02x}", libc::major(device), libc::minor(device))
}

/// The room in the scratch folder; none is used where it cannot be asked.
pub(super) fn room(sandbox: &Sandbox) -> Room {
    fs::room(sandbox.scratch.as_fd()).unwrap_or_default()
}

fn kilobytes(text: &str, name: &str) -> u64 {
    text.lines()
        .find_map(|line| line.strip_prefix(name))
        .and_then(|rest| rest.split_ascii_whitespace().next())
        .and_then(|number| number.parse().ok())
        .unwrap_or(0)
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

    #[test]
    fn mapped_scratch_files_are_told_apart() {
        let smaps = "7f00-7f10 rw-s 00000000 00:44 12 /dev/shm/x\nSize: 64 kB\nPss: 40 kB\n\
            7f20-7f30 rw-s 00000000 00:01 99 /dev/zero (deleted)\nPss: 8 kB\nPss_Dirty: 8 kB\n\
            7f40-7f50 rw-p 00000000 00:00 0 \nPss: 4 kB\n";
        assert_eq!(without_device(smaps, "00:44"), 12 << 10);
        assert_eq!(without_device(smaps, "00:00"), 48 << 10);
    }

    #[test]
    fn memory_is_found_by_its_whole_name() {
        let text = "VmRSS:\t 999 kB\nRssAnon:\t  12 kB\nRssFile:\t 8 kB\n";
        assert_eq!(kilobytes(text, "RssAnon:"), 12);
        assert_eq!(kilobytes(text, "RssShmem:"), 0);
    }
}
