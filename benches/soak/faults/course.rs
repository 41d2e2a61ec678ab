//! The course of a soak on one engine: faults at random intervals, recovery after each, figures at
//! rest between them. The first half is the life of one server; in the second it is replaced too.

use super::client::Client;
use super::fault::Fault;
use super::inject::{Injected, Scene};
use super::programs::probe;
use super::report::Outcome;
use super::service::{LANGUAGES, RUNNERS};
use super::traffic::refusal;
use crate::attacks::next;
use crate::figures::Figures;
use crate::process::{Engine, quiet};
use anyhow::Context;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

/// Within this, all is well again after a fault.
const RECOVERY: Duration = Duration::from_secs(30);
/// Longer than any answer of the traffic takes.
const REST: Duration = Duration::from_secs(100);
const LOOK_AGAIN: Duration = Duration::from_millis(100);
/// From one fault to the next, in milliseconds.
const INTERVAL_MS: (u64, u64) = (5_000, 20_000);
/// Of the time on one engine, what passes before the first reading, and from one to the next.
const WARM_UP: u32 = 15;
const READINGS: u32 = 14;
/// At each end, of so many readings the highest or the lowest counts.
pub(super) const AT_EACH_END: usize = 2;

/// As often as they are named: all of them are done before one is done again as often.
const OFTEN: [Fault; 10] = [
    Fault::RunnerKilled,
    Fault::SupervisorStopped,
    Fault::DiskFull,
    Fault::Reload,
    Fault::RunnerKilled,
    Fault::RunnersKilled,
    Fault::SupervisorStopped,
    Fault::WrongReload,
    Fault::DiskFull,
    Fault::ClockStepped,
];

/// Runs until the time is over.
pub(super) fn run(
    scene: &mut Scene<'_>,
    outcome: &mut Outcome,
    share: Duration,
) -> anyhow::Result<()> {
    let begun = Instant::now();
    let half = begun + share / 2;
    std::thread::sleep(share / WARM_UP);
    read(scene, &mut outcome.steady).context("the first reading")?;
    let mut read_last = Instant::now();
    let mut bag = Vec::new();
    let mut lives = false;
    while begun.elapsed() < share {
        let (least, most) = INTERVAL_MS;
        let pause = Duration::from_millis(least + scene.dice() % (most - least));
        std::thread::sleep(pause.min(share.saturating_sub(begun.elapsed())));
        if !lives && Instant::now() >= half {
            read(scene, &mut outcome.steady)?;
            (lives, read_last) = (true, Instant::now());
            bag.clear();
        }
        if bag.is_empty() {
            bag = faults(scene, lives);
        }
        let Some(fault) = bag.pop() else { continue };
        one(scene, outcome, fault).with_context(|| format!("after \"{fault}\""))?;
        if read_last.elapsed() >= share / READINGS {
            let readings = match lives {
                false => &mut outcome.steady,
                true => &mut outcome.lives,
            };
            read(scene, readings)?;
            read_last = Instant::now();
        }
    }
    for _ in 0..AT_EACH_END {
        read(scene, &mut outcome.lives)?;
        std::thread::sleep(share.min(Duration::from_secs(5)));
    }
    Ok(())
}

/// What may happen next, in random order.
fn faults(scene: &mut Scene<'_>, lives: bool) -> Vec<Fault> {
    let mut faults = OFTEN.to_vec();
    if scene.service.engine == Engine::Docker {
        faults.extend([Fault::DaemonFrozen; 2]);
    }
    if lives {
        let both = [Fault::ServerStopped, Fault::ServerKilled];
        faults.extend(both.iter().chain(&both));
    }
    for end in (1..faults.len()).rev() {
        let other = next(&mut scene.seed) as usize % (end + 1);
        faults.swap(end, other);
    }
    faults
}

/// One fault, and the recovery from it.
fn one(scene: &mut Scene<'_>, outcome: &mut Outcome, fault: Fault) -> anyhow::Result<()> {
    scene.service.ensure_running()?;
    scene.shared.fault_begins(fault);
    let at = scene.shared.begun.elapsed().as_secs();
    let injected = scene.inject(fault)?;
    let took = recover(scene, &injected)?;
    scene.shared.fault_is_over();
    let requests = scene.shared.tally().requests;
    eprintln!(
        "soak: {}: at {at} s: {fault}; recovered in {:.2} s; {requests} requests",
        scene.service.engine,
        took.as_secs_f64()
    );
    outcome.recoveries.entry(fault).or_default().push(took);
    Ok(())
}

/// Waits until the server is ready, answers a program of each language right and has its runners.
fn recover(scene: &mut Scene<'_>, injected: &Injected) -> anyhow::Result<Duration> {
    loop {
        let missing = match missing(scene, injected)? {
            None => return Ok(injected.over.elapsed()),
            Some(missing) => missing,
        };
        scene.service.ensure_running()?;
        let late = injected.over.elapsed() > RECOVERY;
        anyhow::ensure!(!late, "not recovered within {RECOVERY:?}: {missing}");
        std::thread::sleep(LOOK_AGAIN);
    }
}

/// What is not as it was, if anything. An error is a wrong answer.
fn missing(scene: &Scene<'_>, injected: &Injected) -> anyhow::Result<Option<String>> {
    if injected.gone.iter().any(|process| process.lives()) {
        return Ok(Some("what was killed is there".to_owned()));
    }
    if !scene.service.is_ready() {
        return Ok(Some("/readyz is not 200".to_owned()));
    }
    for language in LANGUAGES {
        let sent = Instant::now();
        let number = scene.shared.number.fetch_add(1, Ordering::Relaxed);
        let program = probe(language, number);
        let mut client = Client::new(scene.service.address, RECOVERY);
        match client.execute(language, &program.body) {
            Ok(reply) if reply.status == 200 => {
                let checked = program.check(&reply.body);
                checked.map_err(|why| anyhow::anyhow!("{why}: {}", reply.body))?;
            }
            Ok(reply) if matches!(reply.status, 429 | 503) => {
                let code = refusal(scene.shared, sent, &reply).map_err(anyhow::Error::msg)?;
                return Ok(Some(format!("{language} is refused: {code}")));
            }
            Ok(reply) => anyhow::bail!("{language}: {}: {}", reply.status, reply.body),
            Err(_) => return Ok(Some(format!("{language} is not answered"))),
        }
        let pool = scene.service.pool(language)?;
        let figure = |name: &str| pool[name].as_u64().unwrap_or(0);
        if figure("size") - figure("starting").min(figure("size")) < RUNNERS {
            return Ok(Some(format!("runners of {language}: {pool}")));
        }
    }
    let runners = scene.service.runners()?.len() as u64;
    let all = RUNNERS * LANGUAGES.len() as u64;
    Ok((runners < all).then(|| format!("{runners} runners of {all}")))
}

/// Lets the traffic pause and reads the figures once nothing is under way.
fn read(scene: &mut Scene<'_>, readings: &mut Vec<Figures>) -> anyhow::Result<()> {
    let shared = scene.shared;
    shared.pause.store(true, Ordering::SeqCst);
    let figures = at_rest(scene);
    shared.pause.store(false, Ordering::SeqCst);
    let figures = figures?;
    eprintln!("soak: {}: at rest: {figures}", scene.service.engine);
    readings.push(figures);
    Ok(())
}

fn at_rest(scene: &Scene<'_>) -> anyhow::Result<Figures> {
    let start = Instant::now();
    let rests = || -> anyhow::Result<bool> {
        for language in LANGUAGES {
            let pool = scene.service.pool(language)?;
            if !(quiet(&pool) && pool["idle"] == RUNNERS && pool["size"] == RUNNERS) {
                return Ok(false);
            }
        }
        let runners = scene.service.runners()?.len() as u64;
        Ok(runners == RUNNERS * LANGUAGES.len() as u64)
    };
    while scene.shared.in_flight.load(Ordering::SeqCst) > 0 || !rests()? {
        let late = start.elapsed() > REST;
        anyhow::ensure!(!late, "the server does not come to rest");
        std::thread::sleep(LOOK_AGAIN);
    }
    // What ended last is cleared away in the background.
    std::thread::sleep(Duration::from_secs(1));
    let runners = scene.service.runners()?;
    let pids: Vec<_> = runners.iter().map(|runner| runner.pid).collect();
    Figures::of(scene.service.process()?.pid, &pids)
}
