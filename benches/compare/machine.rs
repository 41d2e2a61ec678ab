//! What was measured on, and how quiet it was.

use super::{Bench, latency};
use anyhow::Context;
use std::process::Command;
use std::time::Instant;

/// What was there before the first round.
#[derive(Debug)]
pub(crate) struct Machine {
    facts: Vec<(String, String)>,
    begun: Instant,
    before: Cpu,
}

/// Hundredths of a second, of all cores together.
#[derive(Debug, Clone, Copy)]
struct Cpu {
    all: u64,
    stolen: u64,
}

impl Machine {
    pub(crate) fn look(bench: &Bench) -> anyhow::Result<Self> {
        let processors = read("/proc/cpuinfo")?;
        let processor = processors
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown processor", |(_, name)| name);
        let memory = read("/proc/meminfo")?;
        let kib = memory.split_whitespace().nth(1).unwrap_or("0");
        let gib = kib.parse::<f64>().unwrap_or_default() / (1 << 20) as f64;
        let load = read("/proc/loadavg")?;
        let mut facts = vec![
            ("date", first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
            (
                "machine",
                format!(
                    "{} cores of {processor}, {gib:.0} GiB",
                    std::thread::available_parallelism()?
                ),
            ),
            (
                "kernel",
                format!("Linux {}", read("/proc/sys/kernel/osrelease")?.trim()),
            ),
            (
                "Docker",
                first_line("docker", &["version", "--format", "{{.Server.Version}}"]),
            ),
            (
                "warmbox",
                format!("{} with its defaults", env!("CARGO_PKG_VERSION")),
            ),
            (
                "load before the start",
                load.split(' ').next().unwrap_or_default().to_owned(),
            ),
        ]
        .into_iter()
        .map(|(name, fact)| (name.to_owned(), fact))
        .collect::<Vec<_>>();
        facts.extend(latency::versions(bench)?);
        Ok(Self {
            facts,
            begun: Instant::now(),
            before: Cpu::read()?,
        })
    }

    /// The facts, and how much of the cores others took meanwhile.
    pub(crate) fn table(&self) -> anyhow::Result<String> {
        let now = Cpu::read()?;
        let all = (now.all - self.before.all).max(1);
        let stolen = (now.stolen - self.before.stolen) as f64 * 100.0 / all as f64;
        let mut text = String::from("| what | which |\n|---|---|\n");
        for (name, fact) in &self.facts {
            text += &format!("| {name} | {fact} |\n");
        }
        text += &format!(
            "| taken by other machines on the same processor meanwhile | {stolen:.1} % |\n\
             | the whole run took | {:.0} s |\n",
            self.begun.elapsed().as_secs_f64()
        );
        Ok(text)
    }
}

impl Cpu {
    fn read() -> anyhow::Result<Self> {
        let stat = read("/proc/stat")?;
        let line = stat.lines().next().unwrap_or_default();
        let figures: Vec<u64> = line
            .split_whitespace()
            .filter_map(|figure| figure.parse().ok())
            .collect();
        Ok(Self {
            // The last two are parts of the first two.
            all: figures.iter().take(8).sum(),
            stolen: figures.get(7).copied().unwrap_or_default(),
        })
    }
}

fn read(path: &str) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"))
}

fn first_line(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    let text = output.map_or(String::new(), |output| {
        String::from_utf8_lossy(&output.stdout).into_owned()
    });
    let line = text.lines().next().unwrap_or_default();
    if line.is_empty() {
        "none".to_owned()
    } else {
        line.to_owned()
    }
}
