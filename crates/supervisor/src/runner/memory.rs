//! How much memory a run holds, from `/proc` and its scratch folder.
//!
//! Nothing may be counted twice that is there once: pages that processes share, scratch files that
//! are mapped, a child of `vfork` that lives in its parent's memory. And nothing may be hidden: behind
//! a first thread that has ended, in page tables, in swap; where the container's cgroup can be read,
//! also what no process shows at all.

use super::meter;
use crate::sandbox::Sandbox;
use crate::sys::{fs, process};
use std::fs::File;
use std::io::Read;
use std::os::fd::AsFd;

/// About a thousand mappings.
const MOST_SMAPS_BYTES: u64 = 1 << 20;

/// A living process of a run.
#[derive(Debug, Clone, Copy)]
pub(super) struct Alive {
    pub(super) pid: u32,
    pub(super) parent: u32,
}

/// What decides how exactly it is worth to read.
pub(super) struct Bounds {
    /// What is less than this is of no interest.
    pub(super) peak: u64,
    pub(super) limit: u64,
}

/// Memory of all processes and of the scratch folders. What is cheap to read is read first, and
/// counts what processes share several times: only where that would be a new peak is it worth the
/// exact reading. `out_of_sight_bytes` are shared and kernel memory as the cgroup counts them.
pub(super) fn held(
    alive: &[Alive],
    sandbox: &Sandbox,
    bounds: Bounds,
    out_of_sight_bytes: u64,
) -> u64 {
    let disk = meter::room(sandbox).used_bytes;
    let seen = |memory: Memory| {
        // Scratch files that are mapped are in both figures: the larger is never too much.
        let beside = memory.shared.max(disk) + memory.tables;
        memory.private + beside.max(out_of_sight_bytes)
    };
    let mut holders: Vec<_> = alive.iter().filter_map(Holder::of).collect();
    let rough: Memory = holders.iter().map(|holder| holder.resident).sum();
    if holders.len() < 2 && rough.shared == 0 {
        return seen(rough);
    }
    let at_most = rough.private + rough.shared + rough.tables + disk.max(out_of_sight_bytes);
    if at_most <= bounds.peak {
        return at_most;
    }
    holders.retain(|holder| !process::same_memory(holder.process.pid, holder.process.parent));
    // What walks through all pages can take longer than the program lives: only where it must be.
    let exact: Memory = match &holders[..] {
        [only] => only.resident,
        several => several.iter().map(Holder::proportional).sum(),
    };
    if at_most <= bounds.limit || exact.private + exact.tables > bounds.limit {
        return seen(exact);
    }
    let device = device_of(sandbox);
    let elsewhere: u64 = holders.iter().map(|it| it.off_device(&device)).sum();
    (elsewhere + exact.tables + disk).max(exact.private + out_of_sight_bytes)
}

/// Bytes of memory: private and file pages, pages of shared memory, tables of pages.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Memory {
    private: u64,
    shared: u64,
    tables: u64,
}

impl std::iter::Sum for Memory {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::default(), |a, b| Self {
            private: a.private + b.private,
            shared: a.shared + b.shared,
            tables: a.tables + b.tables,
        })
    }
}

/// A process whose memory can be read.
struct Holder {
    process: Alive,
    /// The thread under whose number it is shown: the first, unless that has ended.
    shown_by: u32,
    /// All its resident pages: right when it is the only one.
    resident: Memory,
}

impl Holder {
    /// `None` for what has no memory any more.
    fn of(process: &Alive) -> Option<Self> {
        let shown = |thread: u32| {
            let text = std::fs::read_to_string(format!("/proc/{thread}/status")).ok()?;
            Some(Self {
                process: *process,
                shown_by: thread,
                resident: parse_status(&text)?,
            })
        };
        shown(process.pid).or_else(|| {
            let threads = std::fs::read_dir(format!("/proc/{}/task", process.pid)).ok()?;
            threads
                .flatten()
                .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
                .find_map(shown)
        })
    }

    /// Resident pages, each divided among the processes that share it: right in sum.
    fn proportional(&self) -> Memory {
        let path = format!("/proc/{}/smaps_rollup", self.shown_by);
        let Ok(text) = std::fs::read_to_string(path) else {
            return self.resident;
        };
        let bytes = |name| kilobytes(&text, name).unwrap_or(0) << 10;
        Memory {
            private: bytes("Pss_Anon:") + bytes("Pss_File:") + bytes("SwapPss:"),
            shared: bytes("Pss_Shmem:"),
            tables: self.resident.tables,
        }
    }

    /// Pages, each divided among those that share it, without those of files on `device`. A process
    /// with very many mappings is taken whole: to list them would take longer than the limits may
    /// wait.
    fn off_device(&self, device: &str) -> u64 {
        let mut text = String::new();
        let read = File::open(format!("/proc/{}/smaps", self.shown_by))
            .and_then(|file| file.take(MOST_SMAPS_BYTES).read_to_string(&mut text));
        match read {
            Ok(got) if (got as u64) < MOST_SMAPS_BYTES => without_device(&text, device),
            _ => {
                let memory = self.proportional();
                memory.private + memory.shared
            }
        }
    }
}

/// Reads /proc/PID/status (proc_pid_status(5)); `None` where it tells of no memory, as of a thread
/// that has ended.
fn parse_status(text: &str) -> Option<Memory> {
    let bytes = |name| kilobytes(text, name).map(|kilobytes| kilobytes << 10);
    let or_none = |name| bytes(name).unwrap_or(0);
    let private = bytes("RssAnon:")? + or_none("RssFile:");
    Some(Memory {
        private: private + or_none("VmSwap:") + or_none("HugetlbPages:"),
        shared: or_none("RssShmem:"),
        tables: or_none("VmPTE:"),
    })
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

fn kilobytes(text: &str, name: &str) -> Option<u64> {
    let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
    rest.split_ascii_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

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
        assert_eq!(kilobytes(text, "RssAnon:"), Some(12));
        assert_eq!(kilobytes(text, "RssShmem:"), None);
    }

    #[test]
    fn tables_and_swap_are_memory_and_an_ended_thread_tells_nothing() {
        let text =
            "VmPTE:\t 3 kB\nVmSwap:\t 5 kB\nRssAnon:\t 1 kB\nRssFile:\t 2 kB\nRssShmem:\t 4 kB\n";
        let expected = Memory {
            private: 8 << 10,
            shared: 4 << 10,
            tables: 3 << 10,
        };
        assert_eq!(parse_status(text), Some(expected));
        assert_eq!(
            parse_status("Name:\tx\nState:\tZ (zombie)\nThreads:\t2\n"),
            None
        );
    }
}
