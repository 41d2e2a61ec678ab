//! The engines, and what runs on them as this machine's processes.

use anyhow::Context;
use std::fmt;
use std::fs;
use std::process::Command;

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Engine {
    Embedded,
    Docker,
}

impl fmt::Display for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Engine::Embedded => "embedded",
            Engine::Docker => "docker",
        })
    }
}

/// The first processes of an owner's containers.
pub(crate) fn containers(owner: &str) -> anyhow::Result<Vec<u32>> {
    let label = format!("label=dev.warmbox.owner={owner}");
    let ids = docker(&["ps", "--all", "--quiet", "--filter", &label])?;
    let mut words = vec!["inspect", "--format", "{{.State.Pid}}"];
    words.extend(ids.split_whitespace());
    if words.len() == 3 {
        return Ok(Vec::new());
    }
    let pids = docker(&words)?;
    Ok(pids
        .split_whitespace()
        .filter_map(|pid| pid.parse().ok())
        .collect())
}

fn docker(words: &[&str]) -> anyhow::Result<String> {
    let output = Command::new("docker")
        .args(words)
        .output()
        .context("docker")?;
    anyhow::ensure!(output.status.success(), "docker {words:?}: {output:?}");
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Every process with its parent.
pub(crate) fn processes() -> Vec<(u32, u32)> {
    let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
    let pids = entries.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter_map(|pid| {
        let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
        let parent = stat
            .rsplit_once(')')?
            .1
            .split_whitespace()
            .nth(1)?
            .parse()
            .ok()?;
        Some((pid, parent))
    })
    .collect()
}

pub(crate) fn children(processes: &[(u32, u32)], of: u32) -> Vec<u32> {
    let is_child = |(pid, parent): &(u32, u32)| (*parent == of).then_some(*pid);
    processes.iter().filter_map(is_child).collect()
}

/// A process and all that descend from it.
pub(crate) fn family(processes: &[(u32, u32)], root: u32) -> Vec<u32> {
    let mut all = vec![root];
    let mut next = 0;
    while next < all.len() {
        all.extend(children(processes, all[next]));
        next += 1;
    }
    all
}
