//! What must not grow, read from /proc and from the docker command.

use super::server::{Engine, Server};
use crate::process;
use anyhow::Context;
use std::fmt;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// What an allocator may keep more of, in KiB, without anybody losing track of it.
const MEMORY_SLACK: u64 = 8 << 10;
/// Connections of clients that are about to be closed.
const DESCRIPTOR_SLACK: u64 = 8;
/// A runtime starts threads for blocking work when it needs them, and ends them later.
const THREAD_SLACK: u64 = 4;

/// One reading, at rest.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Figures {
    /// Of the server.
    descriptors: u64,
    threads: u64,
    memory_kib: u64,
    /// Runners as the engine counts them: containers, or keepers.
    runners: u64,
    /// Of one runner, the most.
    runner_processes: u64,
    runner_descriptors: u64,
    runner_memory_kib: u64,
    /// Cgroups that a keeper made and did not take away.
    left_cgroups: u64,
}

/// A figure's name, the figure, and by how much it may differ.
pub(crate) type Row = (&'static str, u64, u64);

impl Figures {
    pub(crate) fn read(server: &Server) -> anyhow::Result<Self> {
        let roots = match server.engine {
            Engine::Embedded => process::children(&process::processes(), server.pid()),
            Engine::Docker => containers(server)?,
        };
        Self::of(server.pid(), &roots)
    }

    /// Of a server, and of its runners by their first processes.
    pub(crate) fn of(server: u32, roots: &[u32]) -> anyhow::Result<Self> {
        let processes = process::processes();
        let mut figures = Self {
            descriptors: descriptors(server)?,
            threads: status(server, "Threads:")?,
            memory_kib: status(server, "VmRSS:")?,
            runners: roots.len() as u64,
            left_cgroups: left_cgroups(&processes),
            ..Self::default()
        };
        for root in roots {
            let family = process::family(&processes, *root);
            // A runner may be replaced while it is looked at.
            let sum = |figure: &dyn Fn(u32) -> anyhow::Result<u64>| -> u64 {
                family.iter().filter_map(|pid| figure(*pid).ok()).sum()
            };
            let memory = sum(&|pid| status(pid, "VmRSS:"));
            figures.runner_processes = figures.runner_processes.max(family.len() as u64);
            figures.runner_descriptors = figures.runner_descriptors.max(sum(&descriptors));
            figures.runner_memory_kib = figures.runner_memory_kib.max(memory);
        }
        Ok(figures)
    }

    pub(crate) fn rows(&self) -> [Row; 8] {
        [
            (
                "descriptors of the server",
                self.descriptors,
                DESCRIPTOR_SLACK,
            ),
            ("threads of the server", self.threads, THREAD_SLACK),
            ("memory of the server, KiB", self.memory_kib, MEMORY_SLACK),
            ("runners", self.runners, 0),
            ("processes of a runner", self.runner_processes, 0),
            ("descriptors of a runner", self.runner_descriptors, 0),
            (
                "memory of a runner, KiB",
                self.runner_memory_kib,
                MEMORY_SLACK,
            ),
            ("cgroups left behind", self.left_cgroups, 0),
        ]
    }

    fn combine(self, other: Self, choose: fn(u64, u64) -> u64) -> Self {
        Self {
            descriptors: choose(self.descriptors, other.descriptors),
            threads: choose(self.threads, other.threads),
            memory_kib: choose(self.memory_kib, other.memory_kib),
            runners: choose(self.runners, other.runners),
            runner_processes: choose(self.runner_processes, other.runner_processes),
            runner_descriptors: choose(self.runner_descriptors, other.runner_descriptors),
            runner_memory_kib: choose(self.runner_memory_kib, other.runner_memory_kib),
            left_cgroups: choose(self.left_cgroups, other.left_cgroups),
        }
    }
}

/// The highest of each.
pub(crate) fn highest(readings: &[Figures]) -> Figures {
    combined(readings, u64::max)
}

/// The lowest of each: what has grown is never low again.
pub(crate) fn lowest(readings: &[Figures]) -> Figures {
    combined(readings, u64::min)
}

fn combined(readings: &[Figures], choose: fn(u64, u64) -> u64) -> Figures {
    let all = readings.iter().copied();
    all.reduce(|one, other| one.combine(other, choose))
        .unwrap_or_default()
}

impl fmt::Display for Figures {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            out,
            "server: {} fds, {} threads, {} MiB; {} runners: {} processes, {} fds, {} MiB each",
            self.descriptors,
            self.threads,
            self.memory_kib >> 10,
            self.runners,
            self.runner_processes,
            self.runner_descriptors,
            self.runner_memory_kib >> 10
        )
    }
}

/// The figures at both ends.
pub(crate) struct Verdict {
    pub(crate) engine: Engine,
    pub(crate) runs: u32,
    pub(crate) took: Duration,
    pub(crate) before: Figures,
    pub(crate) after: Figures,
}

impl Verdict {
    pub(crate) fn grew(&self) -> bool {
        self.rows()
            .any(|(_, before, after, slack)| after > before + slack)
    }

    fn rows(&self) -> impl Iterator<Item = (&'static str, u64, u64, u64)> {
        let both = self.before.rows().into_iter().zip(self.after.rows());
        both.map(|((name, before, slack), (_, after, _))| (name, before, after, slack))
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.took.as_secs_f64();
        let rate = f64::from(self.runs) / seconds;
        writeln!(
            out,
            "{}: {} runs in {seconds:.0} s, {rate:.0} a second",
            self.engine, self.runs
        )?;
        for (name, before, after, slack) in self.rows() {
            let word = if after > before + slack { "GREW" } else { "ok" };
            writeln!(out, "  {word:<4} {name:<28} {before:>8} -> {after:>8}")?;
        }
        let word = if self.grew() {
            "something grew"
        } else {
            "nothing grew"
        };
        write!(out, "{}: {word}", self.engine)
    }
}

/// The first processes of the server's containers.
pub(crate) fn containers(server: &Server) -> anyhow::Result<Vec<u32>> {
    match server.engine {
        Engine::Embedded => Ok(Vec::new()),
        Engine::Docker => process::containers(&server.owner),
    }
}

fn descriptors(pid: u32) -> anyhow::Result<u64> {
    Ok(fs::read_dir(format!("/proc/{pid}/fd"))?.count() as u64)
}

/// A figure of /proc/PID/status.
fn status(pid: u32, name: &str) -> anyhow::Result<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = text.lines().find(|line| line.starts_with(name));
    let figure = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    figure.with_context(|| format!("no {name} of process {pid}"))
}

/// The cgroups with the name of a keeper that is not there.
fn left_cgroups(processes: &[(u32, u32)]) -> u64 {
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    let mut left = 0;
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            let name = entry.file_name().to_string_lossy().into_owned();
            let keeper = name
                .strip_prefix("warmbox-")
                .and_then(|pid| pid.parse().ok());
            let alive = |keeper: u32| processes.iter().any(|(pid, _)| *pid == keeper);
            left += u64::from(keeper.is_some_and(|keeper| !alive(keeper)));
            folders.push(entry.path());
        }
    }
    left
}
