//! What must hold after an attack: the next run on the same runner finds nothing of it and takes no
//! longer than usual; server and runners are no larger than before.

use super::corpus::Attack;
use crate::harness::{Server, marker, mismatch, processes};
use serde_json::json;
use std::collections::VecDeque;
use std::fs;
use std::time::{Duration, Instant};

/// By how much the next run may be slower.
const SLOWER: f64 = 1.5;
/// Runs in a row that tell what is usual.
const USUAL_OF: usize = 9;
/// On a busy machine one run tells little: before an attack is blamed, so many are compared with as
/// many on runners that were never attacked, and only the quickest of both count.
const ROUNDS: usize = 100;
/// Connections come and go; a leak shows after a few attacks.
const MORE_DESCRIPTORS: usize = 6;
/// What the largest answer leaves in the allocators of server and runner.
const MORE_SERVER_KIB: u64 = 96 << 10;
const MORE_RUNNER_KIB: u64 = 24 << 10;
const SETTLES_WITHIN: Duration = Duration::from_secs(3);
const AT_REST_AFTER: Duration = Duration::from_secs(3);
const AT_REST_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Aftermath<'a> {
    attacked: &'a Server,
    untouched: &'a Server,
    language: &'static str,
    probe: Attack,
    usual: VecDeque<f64>,
    descriptors: usize,
    server_kib: u64,
    runner_kib: u64,
    /// Of the runner at rest: an attack that changes its names is found by its number.
    processes: usize,
}

impl<'a> Aftermath<'a> {
    pub(super) fn new(
        attacked: &'a Server,
        untouched: &'a Server,
        language: &'static str,
        probe: Attack,
    ) -> Self {
        let mut new = Self {
            attacked,
            untouched,
            language,
            probe,
            usual: VecDeque::new(),
            descriptors: 0,
            server_kib: 0,
            runner_kib: 0,
            processes: 0,
        };
        for _ in 0..USUAL_OF {
            let took = new.probe(attacked).expect("it is clean at first");
            new.usual.push_back(took);
        }
        new.descriptors = descriptors(attacked);
        new.server_kib = processes::status_kib(attacked.pid(), "VmRSS");
        attacked.wait_until_full(language, 1);
        if language == "python" {
            attacked.prepare_all();
        }
        new.processes = processes_at_rest(attacked);
        new.runner_kib = new.runners_kib();
        new
    }

    /// What is wrong after an attack, if anything.
    pub(super) fn trouble(&mut self) -> Option<String> {
        let took = match self.probe(self.attacked) {
            Ok(took) => took,
            Err(found) => return Some(format!("afterwards, {found}")),
        };
        if took > SLOWER * median(&self.usual) {
            let slow = self.still_slow();
            if slow.is_some() {
                return slow;
            }
        } else {
            self.usual.push_back(took);
            self.usual.pop_front();
        }
        let health = self.attacked.get("/health");
        if health.status != 200 {
            return Some(format!(
                "afterwards the server is not well: {}",
                health.text
            ));
        }
        self.grown()
    }

    /// Sends the probe; answers how long it took, in ms.
    fn probe(&self, server: &Server) -> Result<f64, String> {
        // One that is new each time, or the compile stage would be left out.
        let code = match self.language {
            "cpp" => format!("{}\n// {}\n", self.probe.code, marker("probe")),
            _ => self.probe.code.clone(),
        };
        let answer = server.execute(self.language, &json!({"code": code}));
        match mismatch(&answer, self.probe.expect(server.setup)) {
            Some(difference) => Err(difference),
            None => {
                let ms = |name| answer["timings"][name].as_f64().unwrap_or(f64::MAX);
                Ok(ms("compile_ms") + ms("run_ms"))
            }
        }
    }

    fn still_slow(&self) -> Option<String> {
        let (mut attacked, mut untouched) = (f64::MAX, f64::MAX);
        for _ in 0..ROUNDS {
            attacked = match self.probe(self.attacked) {
                Ok(took) => attacked.min(took),
                Err(found) => return Some(format!("runs later, {found}")),
            };
            untouched = untouched.min(self.probe(self.untouched).unwrap_or(f64::MAX));
            if attacked <= SLOWER * untouched {
                return None;
            }
        }
        Some(format!(
            "afterwards a run takes {attacked} ms, on a runner that was not attacked {untouched} ms"
        ))
    }

    /// What has grown for good, if anything.
    fn grown(&self) -> Option<String> {
        let start = Instant::now();
        loop {
            let server_kib = processes::status_kib(self.attacked.pid(), "VmRSS");
            let rows = [
                (
                    "descriptors",
                    descriptors(self.attacked) as u64,
                    (self.descriptors + MORE_DESCRIPTORS) as u64,
                ),
                (
                    "KiB of the server",
                    server_kib,
                    self.server_kib + MORE_SERVER_KIB,
                ),
                (
                    "processes of the runner",
                    self.attacked.family().len() as u64,
                    self.processes as u64,
                ),
                (
                    "KiB of the runner",
                    self.runners_kib(),
                    self.runner_kib + MORE_RUNNER_KIB,
                ),
            ];
            let grown = rows.iter().find(|(_, now, most)| now > most);
            let (what, now, most) = grown?;
            if start.elapsed() > SETTLES_WITHIN {
                return Some(format!(
                    "afterwards there are {now} {what}, at most {most} were expected"
                ));
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Resident memory of all processes of the attacked runner together.
    fn runners_kib(&self) -> u64 {
        let family = self.attacked.family();
        family
            .iter()
            .filter_map(|process| resident_kib(process.pid))
            .sum()
    }
}

/// How many processes a server has around it once its runner has prepared all its interpreters.
fn processes_at_rest(server: &Server) -> usize {
    let start = Instant::now();
    let (mut count, mut since) = (0, start);
    while since.elapsed() < AT_REST_AFTER && start.elapsed() < AT_REST_WITHIN {
        let now = server.family().len();
        if now != count {
            (count, since) = (now, Instant::now());
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    count
}

/// `None` for a process that has ended meanwhile.
fn resident_kib(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn descriptors(server: &Server) -> usize {
    let entries = fs::read_dir(format!("/proc/{}/fd", server.pid()));
    entries.expect("the server is alive").count()
}

fn median(times: &VecDeque<f64>) -> f64 {
    let mut times: Vec<_> = times.iter().copied().collect();
    times.sort_by(f64::total_cmp);
    times[times.len() / 2]
}
