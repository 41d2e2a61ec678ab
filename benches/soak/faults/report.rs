//! What came of a soak with faults, in words: on the terminal, and in docs/reliability.md.

use super::course::AT_EACH_END;
use super::fault::Fault;
use super::tally::Tally;
use crate::figures::{Figures, highest, lowest};
use crate::process::Engine;
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::process::Command;
use std::time::Duration;

/// Of one engine.
pub(super) struct Outcome {
    pub(super) engine: Engine,
    pub(super) tally: Tally,
    pub(super) took: Duration,
    pub(super) recoveries: BTreeMap<Fault, Vec<Duration>>,
    /// At rest, while one server lived.
    pub(super) steady: Vec<Figures>,
    /// At rest, while servers came and went.
    pub(super) lives: Vec<Figures>,
}

/// A figure's name, what it was, what it was at the end of the first server's half, what it was at
/// the very end, and whether that is growth.
type Row = (&'static str, [u64; 3], bool);

impl Outcome {
    pub(super) fn new(engine: Engine) -> Self {
        Self {
            engine,
            tally: Tally::default(),
            took: Duration::ZERO,
            recoveries: BTreeMap::new(),
            steady: Vec::new(),
            lives: Vec::new(),
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.tally.failed == 0 && !self.rows().iter().any(|(.., grew)| *grew)
    }

    fn rows(&self) -> Vec<Row> {
        // Too few to have two at each end: then one.
        let ends = AT_EACH_END.min(self.steady.len() / 2).max(1);
        let first = highest(&self.steady[..ends.min(self.steady.len())]);
        let last = |readings: &[Figures]| lowest(&readings[readings.len().saturating_sub(ends)..]);
        let (steady, end) = (last(&self.steady), last(&self.lives));
        let all = first.rows().into_iter().zip(steady.rows()).zip(end.rows());
        all.map(|(((name, first, slack), (_, steady, _)), (_, end, _))| {
            let grew = steady.max(end) > first + slack;
            (name, [first, steady, end], grew)
        })
        .collect()
    }

    /// Its section of the page.
    fn section(&self) -> String {
        let tally = &self.tally;
        let mut text = format!(
            "## {} engine, {} minutes\n\n| requests | how many |\n|---|--:|\n| all | {} |\n",
            self.engine,
            (self.took.as_secs() + 30) / 60,
            tally.requests
        );
        for ((language, verdict), count) in &tally.answers {
            row(
                &mut text,
                &format!("answered right: {language}, `{verdict}`"),
                *count,
            );
        }
        for (code, count) in &tally.refusals {
            row(&mut text, &format!("refused: `{code}`"), *count);
        }
        for (what, count) in [
            (
                "of the refused, with no fault under way",
                tally.refused_at_peace,
            ),
            ("closed by the client itself", tally.abandoned),
            ("nobody listened, between two servers", tally.nobody),
            ("cut by SIGKILL of the server", tally.cut_by_kill),
            (
                "500 after two runners were killed under it",
                tally.lost_twice,
            ),
            ("**failures**: anything else", tally.failed),
        ] {
            row(&mut text, what, count);
        }
        text += "\n| jobs and followed runs | how many |\n|---|--:|\n";
        row(&mut text, "jobs answered with 202", tally.jobs);
        for ((language, verdict), count) in &tally.fetched {
            let what = format!("fetched with the right result: {language}, `{verdict}`");
            row(&mut text, &what, *count);
        }
        for (what, count) in [
            ("of these, begun more than once", tally.begun_again),
            ("cancelled by their client", tally.cancelled),
            ("done before they could be cancelled", tally.too_late),
            ("submissions sent again under their key", tally.sent_again),
            (
                "runs followed to their end, nothing missing or twice",
                tally.followed,
            ),
            ("of these, gone on with after a cut", tally.gone_on),
            (
                "followed runs lost with their server or runner",
                tally.lost_with_it,
            ),
        ] {
            row(&mut text, what, count);
        }
        text += "\n| fault | times | recovery p50, s | max, s |\n|---|--:|--:|--:|\n";
        for (fault, times) in &self.recoveries {
            let mut times: Vec<_> = times.iter().map(Duration::as_secs_f64).collect();
            times.sort_by(f64::total_cmp);
            let (p50, most) = (times[(times.len() - 1) / 2], times[times.len() - 1]);
            let _ = writeln!(text, "| {fault} | {} | {p50:.2} | {most:.2} |", times.len());
        }
        text += "\n| at rest | at the start | after half of the time, same server | at the end, another one | |\n\
                 |---|--:|--:|--:|---|\n";
        for (name, [first, steady, end], grew) in self.rows() {
            let word = if grew { "**grew**" } else { "ok" };
            let _ = writeln!(text, "| {name} | {first} | {steady} | {end} | {word} |");
        }
        for failure in &tally.failures {
            let line: String = failure
                .replace(['\n', '|'], " ")
                .chars()
                .take(600)
                .collect();
            let _ = write!(text, "\n- failure: {line}");
        }
        text + "\n"
    }
}

fn row(text: &mut String, what: &str, count: u64) {
    let _ = writeln!(text, "| {what} | {count} |");
}

/// The whole page. `command` is what was called.
pub(super) fn page(outcomes: &[Outcome], command: &str) -> String {
    let faults: usize = outcomes
        .iter()
        .flat_map(|it| it.recoveries.values())
        .map(Vec::len)
        .sum();
    let requests: u64 = outcomes.iter().map(|it| it.tally.requests).sum();
    let failed: u64 = outcomes.iter().map(|it| it.tally.failed).sum();
    let clean = match outcomes.iter().all(Outcome::is_clean) {
        true => "No wrong answer, no lost work, no growth.",
        false => "**It did not pass.**",
    };
    let mut text = format!(
        "# Reliability\n\n\
         What becomes of requests while things break. This page is written by the soak itself; what each fault\n\
         does is in [faults.md](faults.md). {clean} {requests} requests, {faults} faults, {failed} failures.\n\n\
         | what | which |\n|---|---|\n"
    );
    for (name, fact) in machine() {
        let _ = writeln!(text, "| {name} | {fact} |");
    }
    let _ = write!(
        text,
        "\nTo repeat it, as root: `{command}`. The order of the faults is that of the seed; when clients ask is not.\n\n\
         ## How\n\n\
         - **Traffic**: six clients ask all the time, each for programs in Python and C++ whose answer is known before\n\
         \x20 and has a number of its own in it: good ones, failing ones, ones that meet a limit, ones that do not\n\
         \x20 compile. One of 30 requests is closed by its client. Verdict, output and exit code must be right.\n\
         - **Jobs**: two clients send the same programs as jobs, one by one and in batches of up to 6, one of four with\n\
         \x20 tests, under an idempotency key by which they are sent again until the answer is 202. Each must then be\n\
         \x20 found done with the right result, whatever was killed meanwhile; one of ten is cancelled, and must stay so.\n\
         - **Followed runs**: two clients follow runs by server-sent events; three of four connections are cut, and\n\
         \x20 the rest asked for on another. All events must come, in order and once.\n\
         - **Refusals** are 429 or 503 with `retry-after` and a `code`. `stopping` and `disk_low` count as failures\n\
         \x20 where the server is not stopping or its disk not full; a 500 does where fewer than two runners were\n\
         \x20 killed since it was asked; a cut connection does but for SIGKILL of the server, or where it was asked\n\
         \x20 for after SIGTERM and nobody took it.\n\
         - **Faults** come one at a time, 5 to 20 s after all was well again. After each, within 30 s, `/readyz` is\n\
         \x20 200, a program of each language is answered right, and there are as many runners as before. Recovery is\n\
         \x20 counted from the end of the fault: the kill, the SIGCONT, room on the disk, the start of the new server.\n\
         - **Server**: a real process on loopback, two runners for each language, cache and state on a tmpfs of\n\
         \x20 64 MiB; a Docker daemon of the soak's own. In the first half of the time the server is never replaced,\n\
         \x20 and nothing of it may grow; in the second half it is. Its wall clock is its own.\n\n"
    );
    for outcome in outcomes {
        text += &outcome.section();
        text.push('\n');
    }
    text.trim_end().to_owned() + "\n"
}

fn machine() -> Vec<(&'static str, String)> {
    let read = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let processors = read("/proc/cpuinfo");
    let processor = processors
        .lines()
        .find_map(|line| line.strip_prefix("model name")?.split_once(": "))
        .map_or("unknown processor", |(_, name)| name);
    let memory = read("/proc/meminfo");
    let kib: f64 = (memory.split_whitespace().nth(1))
        .and_then(|kib| kib.parse().ok())
        .unwrap_or_default();
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let gib = kib / f64::from(1 << 20);
    let said = |program: &str, words: &[&str]| {
        let output = Command::new(program).args(words).output();
        let text = output.map(|it| String::from_utf8_lossy(&it.stdout).trim().to_owned());
        text.unwrap_or_default()
    };
    vec![
        ("date", said("date", &["-u", "+%Y-%m-%d %H:%M UTC"])),
        (
            "machine",
            format!("{cores} cores of {processor}, {gib:.0} GiB"),
        ),
        (
            "kernel",
            format!("Linux {}", read("/proc/sys/kernel/osrelease").trim()),
        ),
        ("Docker", said("dockerd", &["--version"])),
        ("warmbox", env!("CARGO_PKG_VERSION").to_owned()),
    ]
}
