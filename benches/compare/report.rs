//! From durations to the table of README.md.

use super::bare;
use anyhow::Context;
use std::path::Path;
use std::time::Duration;

const BEGIN: &str = "<!-- bench:begin -->";
const END: &str = "<!-- bench:end -->";

/// What one side took, round by round.
#[derive(Debug, Default)]
pub(crate) struct Side(Vec<Duration>);

impl Side {
    pub(crate) fn add(&mut self, took: Duration) {
        self.0.push(took);
    }

    /// The nearest-rank percentile, in milliseconds.
    fn percentile_ms(&self, percent: usize) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_unstable();
        let rank = (sorted.len() * percent).div_ceil(100).max(1);
        sorted
            .get(rank - 1)
            .map_or(0.0, |took| took.as_secs_f64() * 1000.0)
    }
}

/// One program in several ways, and which of them the others are compared with.
#[derive(Debug)]
pub(crate) struct Group {
    pub(crate) program: &'static str,
    pub(crate) rows: Vec<(&'static str, Side)>,
    pub(crate) base: usize,
}

/// What was measured on.
#[derive(Debug)]
pub(crate) struct Machine {
    date: String,
    cores: usize,
    processor: String,
    kernel: String,
    python: String,
    compiler: String,
    load: String,
}

impl Machine {
    pub(crate) fn look() -> anyhow::Result<Self> {
        let read =
            |path| std::fs::read_to_string(path).with_context(|| format!("cannot read {path}"));
        let processors = read("/proc/cpuinfo")?;
        let processor = processors
            .lines()
            .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
            .map_or("unknown processor", |(_, name)| name);
        let load = read("/proc/loadavg")?;
        Ok(Self {
            date: first_line("date", &["-u", "+%Y-%m-%d %H:%M UTC"])?,
            cores: std::thread::available_parallelism()?.get(),
            processor: processor.to_owned(),
            kernel: read("/proc/sys/kernel/osrelease")?.trim().to_owned(),
            python: first_line("python3", &["--version"])?,
            compiler: first_line("g++", &["--version"])?,
            load: load.split(' ').next().unwrap_or_default().to_owned(),
        })
    }
}

fn first_line(program: &str, arguments: &[&str]) -> anyhow::Result<String> {
    let output = bare::command(program)?.args(arguments).output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The Markdown between the markers.
pub(crate) fn table(groups: &[Group], machine: &Machine, warm_up: u32) -> String {
    let mut text =
        String::from("| program | how | p50, ms | p95, ms | p50, ratio |\n|---|---|--:|--:|--:|\n");
    let (mut noise, mut rounds) = (Vec::new(), Vec::new());
    for Group {
        program,
        rows,
        base,
    } in groups
    {
        let reference = &rows[*base].1;
        let base_ms = reference.percentile_ms(50);
        for (how, side) in rows {
            let (p50, p95) = (side.percentile_ms(50), side.percentile_ms(95));
            let ratio = p50 / base_ms;
            text += &format!("| {program} | {how} | {p50:.1} | {p95:.1} | {ratio:.2} |\n");
        }
        noise.push(format!(
            "{:.2} ({program})",
            reference.percentile_ms(95) / base_ms
        ));
        rounds.push(format!("{} of {program}", reference.0.len()));
    }
    let Machine {
        date,
        cores,
        processor,
        kernel,
        python,
        compiler,
        load,
    } = machine;
    text += &format!(
        "\nMeasured {date} on {cores} cores ({processor}), Linux {kernel}, {python}, {compiler}, \
         warmbox {} with its defaults; the image has toolchains of its own. Rounds: {}, after {warm_up} each to \
         warm up. Noise, as p95/p50 of the rows with ratio 1: {}; load before the start: {load}.",
        env!("CARGO_PKG_VERSION"),
        rounds.join(", "),
        noise.join(", "),
    );
    text
}

/// Puts the table into the file, between its markers.
pub(crate) fn write(path: &Path, table: &str) -> anyhow::Result<()> {
    let text = std::fs::read_to_string(path)?;
    let parts = text.split_once(BEGIN).and_then(|(before, rest)| {
        let (_, after) = rest.split_once(END)?;
        Some((before, after))
    });
    let (before, after) =
        parts.with_context(|| format!("{} lacks {BEGIN} and {END}", path.display()))?;
    std::fs::write(path, format!("{before}{BEGIN}\n{table}\n{END}{after}"))?;
    Ok(())
}
