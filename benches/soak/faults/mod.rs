//! Half an hour of traffic while faults happen at random, on each engine in turn: every answer must
//! be right or an honest refusal, and nothing may grow. Needs root: it mounts a small disk, and
//! starts a Docker daemon of its own.

mod client;
mod clock;
mod course;
mod daemon;
mod disk;
mod events;
mod fault;
mod inject;
mod jobs;
mod processes;
mod programs;
mod report;
mod service;
mod streams;
mod tally;
mod traffic;

use crate::process::Engine;
use clock::Clock;
use daemon::Daemon;
use disk::Disk;
use inject::Scene;
use report::Outcome;
use rustix::process::Signal;
use service::Service;
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};
use tally::Shared;

/// Those that wait for their answers, that send jobs, and that follow runs.
const CLIENTS: [(u64, traffic::Turn); 3] = [(6, traffic::ask), (2, jobs::turn), (2, streams::turn)];
/// The first server on a new daemon makes its images.
const FIRST_START: Duration = Duration::from_secs(300);
const STOP: Duration = Duration::from_secs(60);
const VANISH: Duration = Duration::from_secs(10);

/// What was asked for.
pub(crate) struct Plan<'a> {
    pub(crate) engines: &'a [Engine],
    /// Of all engines together.
    pub(crate) minutes: u64,
    pub(crate) seed: u64,
    /// Whether docs/reliability.md is written.
    pub(crate) write: bool,
}

/// Answers whether all was well.
pub(crate) fn run(plan: &Plan<'_>) -> anyhow::Result<bool> {
    let is_root = rustix::process::geteuid().is_root();
    anyhow::ensure!(
        is_root,
        "only root can mount a disk to be filled: sudo -E make soak"
    );
    let share = Duration::from_secs(plan.minutes * 60) / plan.engines.len().max(1) as u32;
    let mut outcomes = Vec::new();
    for engine in plan.engines {
        let mut outcome = Outcome::new(*engine);
        if let Err(error) = soak(plan, share, &mut outcome) {
            outcome.tally.fail(format!("{engine}: {error:#}"));
        }
        outcomes.push(outcome);
    }
    let page = report::page(&outcomes, &command(plan));
    println!("{page}");
    if plan.write {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reliability.md");
        std::fs::write(path, page)?;
    }
    Ok(outcomes.iter().all(Outcome::is_clean))
}

fn soak(plan: &Plan<'_>, share: Duration, outcome: &mut Outcome) -> anyhow::Result<()> {
    let engine = outcome.engine;
    let disk = Disk::mount()?;
    let daemon = match engine {
        Engine::Embedded => None,
        Engine::Docker => Some(Daemon::start()?),
    };
    let host = daemon.as_ref().map(|daemon| daemon.host.clone());
    let clock = Clock::make()?;
    let mut service = Service::new(engine, disk.folder(), host, &clock)?;
    service.start()?;
    service.await_ready(FIRST_START)?;
    let (shared, begun) = (Shared::new(plan.seed), Instant::now());
    let address = service.address;
    let course = std::thread::scope(|scope| {
        // Also where this thread panics: the clients would go on for ever.
        let _end = End(&shared);
        let turns = CLIENTS.map(|(count, turn)| (0..count).map(move |_| turn));
        for (client, turn) in (1_u64..).zip(turns.into_iter().flatten()) {
            let (shared, seed) = (&shared, plan.seed.wrapping_mul(1_000_003) ^ (client << 40));
            scope.spawn(move || traffic::ask_until_the_end(shared, address, seed | 1, turn));
        }
        let mut scene = Scene {
            service: &mut service,
            disk: &disk,
            daemon: daemon.as_ref(),
            clock: &clock,
            shared: &shared,
            seed: plan.seed,
        };
        course::run(&mut scene, outcome, share)
    });
    outcome.took = begun.elapsed();
    outcome.tally = shared.tally().clone();
    let ended = course.and_then(|()| end(&mut service));
    if ended.is_err() || outcome.tally.failed > 0 {
        keep_log(&service);
    }
    ended
}

/// Asks the server to stop, and looks whether anything is left of it.
fn end(service: &mut Service) -> anyhow::Result<()> {
    let family = processes::families(&service.runners()?);
    let status = service.end(Signal::TERM, STOP)?;
    anyhow::ensure!(status.code() == Some(0), "at last it ended with {status}");
    let left = processes::left_after(VANISH, &family);
    anyhow::ensure!(left.is_empty(), "processes are left: {left:?}");
    let left = service.containers()?;
    anyhow::ensure!(left.is_empty(), "containers are left: {left:?}");
    Ok(())
}

/// Where something went wrong, the log says why.
fn keep_log(service: &Service) {
    let file = std::env::temp_dir().join(format!("warmbox-soak-{}.log", service.engine));
    if std::fs::write(&file, service.log()).is_ok() {
        eprintln!("soak: the log of the server is in {}", file.display());
    }
}

/// How to do the same again.
fn command(plan: &Plan<'_>) -> String {
    let mut words = format!("--faults --minutes {} --seed {}", plan.minutes, plan.seed);
    if let [one] = plan.engines {
        words += &format!(" --engine {one}");
    }
    words += if plan.write { " --write" } else { "" };
    format!("make soak ARGS='{words}'")
}

struct End<'a>(&'a Shared);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.end.store(true, Ordering::SeqCst);
    }
}
