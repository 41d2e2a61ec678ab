//! Ten thousand runs, and nothing may grow: containers, processes, descriptors, threads, memory.
//! With `--attacks`, five thousand attacks instead, in random order, each on the runner of the one
//! before; nothing of it may be left, and no runner lost. With `--faults`, half an hour in which
//! runners, daemon, disk and server fail at random while clients ask: every answer must be right.
//!
//! `make soak`, or after `make build`: `cargo bench --bench soak -- --engine docker --runs 100000`.
//! Programs of all kinds, good and bad, several at once; every answer is looked at. From time to
//! time all stop, the pool comes to rest, and the figures are read. What they are after the first
//! tenth of the runs is what they must be at the end.

#![forbid(unsafe_code)]

mod attacks;
mod faults;
mod figures;
#[path = "../server/mod.rs"]
mod process;
mod programs;
mod server;

use anyhow::Context;
use clap::Parser;
use figures::Figures;
use server::{Engine, Server};
use std::process::ExitCode;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

/// How often the figures are read.
const READINGS: u32 = 20;
/// Of these the first are for warming up: caches fill, and the allocator finds its size.
const WARM_UP: usize = 2;
/// Answers to attacks are as large as can be, and now and then: what the allocator keeps of them
/// comes and goes for longer.
const WARM_UP_OF_ATTACKS: usize = 6;

/// Executes many programs and looks for growth.
#[derive(Debug, Parser)]
struct Arguments {
    /// Engines to prove, one after the other
    #[arg(long = "engine", value_enum, default_values = ["embedded", "docker"])]
    engines: Vec<Engine>,
    /// Runs on each; 10,000, or 5,000 attacks
    #[arg(long, value_parser = clap::value_parser!(u32).range(100..))]
    runs: Option<u32>,
    /// Attacks instead of ordinary programs
    #[arg(long)]
    attacks: bool,
    /// Faults at random while clients ask, instead of so many runs; needs root
    #[arg(long, conflicts_with_all = ["attacks", "runs", "clients"])]
    faults: bool,
    /// With --faults: writes docs/reliability.md
    #[arg(long, requires = "faults")]
    write: bool,
    /// Which random order of attacks or faults
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..))]
    seed: u64,
    /// Requests at once: more than there are runners, so that some wait
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    clients: u32,
    /// Minutes that the runs on one engine may take, 60; or that faults go on, on all together, 30
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=24 * 60))]
    minutes: Option<u64>,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    if arguments.faults {
        return with_faults(&arguments);
    }
    let mut grew = false;
    for engine in &arguments.engines {
        match soak(&arguments, *engine) {
            Ok(verdict) => {
                println!("{verdict}");
                grew |= verdict.grew();
            }
            Err(error) => {
                eprintln!("soak: {engine}: {error:#}");
                return ExitCode::FAILURE;
            }
        }
    }
    match grew {
        true => ExitCode::FAILURE,
        false => ExitCode::SUCCESS,
    }
}

fn with_faults(arguments: &Arguments) -> ExitCode {
    let plan = faults::Plan {
        engines: &arguments.engines,
        minutes: arguments.minutes.unwrap_or(30),
        seed: arguments.seed,
        write: arguments.write,
    };
    match faults::run(&plan) {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("soak: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn soak(arguments: &Arguments, engine: Engine) -> anyhow::Result<figures::Verdict> {
    let languages: &[&str] = match arguments.attacks {
        true => &LANGUAGES,
        false => &["python"],
    };
    let one: &[&str] = match arguments.attacks {
        true => &["--min-idle", "1", "--max-runners", "1"],
        false => &[],
    };
    let runs = (arguments.runs).unwrap_or(if arguments.attacks { 5_000 } else { 10_000 });
    let server = Server::start(engine, languages, one)?;
    let start = Instant::now();
    let end = start + Duration::from_secs(arguments.minutes.unwrap_or(60) * 60);
    let mut readings: Vec<Figures> = Vec::new();
    for reading in 1..=READINGS {
        let from = runs / READINGS * (reading - 1);
        let to = match reading {
            READINGS => runs,
            _ => runs / READINGS * reading,
        };
        match arguments.attacks {
            true => attack(&server, from..to, arguments.seed, end)?,
            false => run(&server, from..to, arguments.clients, end)?,
        }
        server.at_rest()?;
        let figures = Figures::read(&server)?;
        eprintln!(
            "soak: {engine}: {to} runs in {} s; {figures}",
            start.elapsed().as_secs()
        );
        readings.push(figures);
    }
    let took = start.elapsed();
    let lost = server.lost_runners()?;
    anyhow::ensure!(lost.is_empty(), "runners were lost: {lost:?}");
    server.stop()?;
    let warm_up = match arguments.attacks {
        true => WARM_UP_OF_ATTACKS,
        false => WARM_UP,
    };
    Ok(figures::Verdict {
        engine,
        runs,
        took,
        before: figures::highest(&readings[..warm_up]),
        after: figures::lowest(&readings[readings.len() - warm_up..]),
    })
}

const LANGUAGES: [&str; 2] = ["python", "cpp"];

/// Sends so many attacks: each language's in a row, both at once.
fn attack(
    server: &Server,
    numbers: std::ops::Range<u32>,
    seed: u64,
    end: Instant,
) -> anyhow::Result<()> {
    let next = AtomicU32::new(numbers.start);
    let client = |language| {
        let attacks = attacks::all(language)?;
        let mut seed = seed ^ (u64::from(numbers.start) << 16 | 1);
        while next.fetch_add(1, Ordering::Relaxed) < numbers.end {
            anyhow::ensure!(Instant::now() < end, "the attacks take too long");
            let pick = attacks::next(&mut seed) % attacks.len() as u64;
            attacks::strike(server, &attacks[pick as usize], seed)?;
        }
        Ok(())
    };
    in_parallel(LANGUAGES.map(|language| move || client(language)))
}

/// Executes the programs of these numbers, several at once.
fn run(
    server: &Server,
    numbers: std::ops::Range<u32>,
    clients: u32,
    end: Instant,
) -> anyhow::Result<()> {
    let next = AtomicU32::new(numbers.start);
    let client = || {
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            if number >= numbers.end {
                return Ok(());
            }
            anyhow::ensure!(Instant::now() < end, "the runs take too long");
            programs::run(server, number).with_context(|| format!("run {number}"))?;
        }
    };
    in_parallel((0..clients).map(|_| &client))
}

fn in_parallel<Client>(clients: impl IntoIterator<Item = Client>) -> anyhow::Result<()>
where
    Client: FnOnce() -> anyhow::Result<()> + Send,
{
    std::thread::scope(|scope| {
        let clients: Vec<_> = (clients.into_iter())
            .map(|client| scope.spawn(client))
            .collect();
        clients
            .into_iter()
            .try_for_each(|client| match client.join() {
                Ok(result) => result,
                Err(_) => anyhow::bail!("a client panicked"),
            })
    })
}
