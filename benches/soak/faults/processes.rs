//! Processes that this soak has to do with: each is told apart from a later one with its number.

use crate::process;
use anyhow::Context;
use rustix::process::{Pid, Signal, kill_process};
use std::fs;
use std::time::{Duration, Instant};

const LOOK_AGAIN: Duration = Duration::from_millis(20);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Known {
    pub(super) pid: u32,
    started: u64,
}

impl Known {
    /// The process of this number; nothing where there is none, or only its zombie.
    pub(super) fn find(pid: u32) -> Option<Self> {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        // From the third field on: the second may hold blanks.
        let mut fields = stat.rsplit_once(')')?.1.split_whitespace();
        let state = fields.next()?;
        let started = fields.nth(18)?.parse().ok()?;
        (!matches!(state, "Z" | "X")).then_some(Self { pid, started })
    }

    pub(super) fn lives(self) -> bool {
        Self::find(self.pid) == Some(self)
    }

    /// Sends a signal, where it is still there.
    pub(super) fn signal(self, signal: Signal) -> anyhow::Result<()> {
        if !self.lives() {
            return Ok(());
        }
        let pid = i32::try_from(self.pid).ok().and_then(Pid::from_raw);
        let sent = kill_process(pid.context("no process")?, signal);
        match sent {
            Err(rustix::io::Errno::SRCH) => Ok(()),
            other => other.with_context(|| format!("process {} cannot be told", self.pid)),
        }
    }
}

/// One that does nothing until this is dropped.
pub(super) struct Stopped(Known);

impl Stopped {
    pub(super) fn new(process: Known) -> anyhow::Result<Self> {
        process.signal(Signal::STOP)?;
        Ok(Self(process))
    }
}

impl Drop for Stopped {
    fn drop(&mut self) {
        let _ = self.0.signal(Signal::CONT);
    }
}

/// Children of a process that live.
pub(super) fn children(of: u32) -> Vec<Known> {
    let all = process::processes();
    let pids = process::children(&all, of).into_iter();
    pids.filter_map(Known::find).collect()
}

/// These processes and all below them.
pub(super) fn families(roots: &[Known]) -> Vec<Known> {
    let all = process::processes();
    let pids = roots
        .iter()
        .flat_map(|root| process::family(&all, root.pid));
    pids.filter_map(Known::find).collect()
}

/// Those that are alive after a while.
pub(super) fn left_after(deadline: Duration, processes: &[Known]) -> Vec<Known> {
    let start = Instant::now();
    loop {
        let left: Vec<_> = (processes.iter().copied())
            .filter(|process| process.lives())
            .collect();
        if left.is_empty() || start.elapsed() >= deadline {
            return left;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}
