//! What a run uses while it lives, read from /proc every few milliseconds.
//!
//! A runner has one run at a time, so every process that the supervisor can see, except itself
//! and the sandbox's first process, belongs to the run.

use crate::sandbox::Sandbox;
use crate::sys::fs;
use std::os::fd::AsFd;
use std::time::{Duration, Instant};

/// Time from one reading to the next; more where a reading itself takes long, so that
/// measuring never costs more than a tenth of a core.
const INTERVAL: Duration = Duration::from_millis(10);
const SHARE_OF_A_CORE: u32 = 10;

/// The kernel's unit of CPU time in /proc/PID/stat (`USER_HZ`, 100 on every Linux).
const TICK_US: u64 = 10_000;

/// A run's use of the machine at one moment, and the peaks so far.
pub(super) struct Meter {
    pub(super) next: Instant,
    pub(super) cpu_us: u64,
    pub(super) memory_peak: u64,
    pub(super) processes_peak: u64,
    pub(super) disk_was_full: bool,
    own_pid: u32,
}

impl Meter {
    pub(super) fn start(now: Instant) -> Self {
        Self {
            next: now + INTERVAL,
            cpu_us: 0,
            memory_peak: 0,
            processes_peak: 0,
            disk_was_full: false,
            own_pid: std::process::id(),
        }
    }

    /// Takes a reading. Processes that vanish meanwhile count as gone.
    pub(super) fn read(&mut self, sandbox: &Sandbox) {
        let began = Instant::now();
        let mut cpu_us = stat_of(sandbox.pid as u32).map_or(0, |s| s.children_us);
        let mut processes = 0;
        let pids = self.pids_of_run(sandbox.pid as u32);
        for &pid in &pids {
            if let Some(stat) = stat_of(pid) {
                cpu_us += stat.own_us + stat.children_us;
                processes += stat.threads;
            }
        }
        let disk = self.read_disk(sandbox);
        let memory = match pids.as_slice() {
            [only] => resident(*only),
            many => many.iter().map(|&pid| proportional(pid)).sum(),
        };
        // Pages of scratch files that are mapped are in both figures: count the larger.
        let held = memory.private + memory.shared.max(disk);
        self.cpu_us = self.cpu_us.max(cpu_us);
        self.memory_peak = self.memory_peak.max(held);
        self.processes_peak = self.processes_peak.max(processes);
        let cost = began.elapsed();
        self.next = began + cost + INTERVAL.max(cost * SHARE_OF_A_CORE);
    }

    /// Bytes in the scratch folder.
    pub(super) fn read_disk(&mut self, sandbox: &Sandbox) -> u64 {
        let room = fs::room(sandbox.scratch.as_fd()).unwrap_or_default();
        self.disk_was_full |= room.full;
        room.used_bytes
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

#[derive(Debug, PartialEq, Eq)]
struct Stat {
    own_us: u64,
    /// Of children that were waited for.
    children_us: u64,
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
    Some(Stat {
        own_us: (field(14)? + field(15)?) * TICK_US,
        children_us: (field(16)? + field(17)?) * TICK_US,
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
                own_us: 100_000,
                children_us: 30_000,
                threads: 5
            })
        );
    }

    #[test]
    fn a_cut_line_is_no_reading() {
        assert_eq!(parse_stat("42 (x) S 1 42"), None);
    }

    #[test]
    fn memory_is_found_by_its_whole_name() {
        let text = "VmRSS:\t 999 kB\nRssAnon:\t  12 kB\nRssFile:\t 8 kB\n";
        assert_eq!(kilobytes(text, "RssAnon:"), 12);
        assert_eq!(kilobytes(text, "RssShmem:"), 0);
    }
}
