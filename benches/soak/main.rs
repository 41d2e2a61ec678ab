//! Ten thousand runs, and nothing may grow: containers, processes, descriptors, threads, memory.
//!
//! `make soak`, or after `make build`: `cargo bench --bench soak -- --engine docker --runs 100000`.
//! Programs of all kinds, good and bad, several at once; every answer is looked at. From time to
//! time all stop, the pool comes to rest, and the figures are read. What they are after the first
//! tenth of the runs is what they must be at the end.

#![forbid(unsafe_code)]

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

/// Executes many programs and looks for growth.
#[derive(Debug, Parser)]
struct Arguments {
    /// Engines to prove, one after the other
    #[arg(long = "engine", value_enum, default_values = ["embedded", "docker"])]
    engines: Vec<Engine>,
    /// Runs on each
    #[arg(long, default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(100..))]
    runs: u32,
    /// Requests at once: more than there are runners, so that some wait
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u32).range(1..=64))]
    clients: u32,
    /// Minutes that the runs on one engine may take
    #[arg(long, default_value_t = 30)]
    minutes: u64,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
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

fn soak(arguments: &Arguments, engine: Engine) -> anyhow::Result<figures::Verdict> {
    let server = Server::start(engine)?;
    let start = Instant::now();
    let end = start + Duration::from_secs(arguments.minutes * 60);
    let mut readings: Vec<Figures> = Vec::new();
    for reading in 1..=READINGS {
        let from = arguments.runs / READINGS * (reading - 1);
        let to = match reading {
            READINGS => arguments.runs,
            _ => arguments.runs / READINGS * reading,
        };
        run(&server, from..to, arguments.clients, end)?;
        server.at_rest()?;
        let figures = Figures::read(&server)?;
        eprintln!(
            "soak: {engine}: {to} runs in {} s; {figures}",
            start.elapsed().as_secs()
        );
        readings.push(figures);
    }
    let took = start.elapsed();
    server.stop()?;
    Ok(figures::Verdict {
        engine,
        runs: arguments.runs,
        took,
        before: figures::highest(&readings[..WARM_UP]),
        after: figures::lowest(&readings[readings.len() - WARM_UP..]),
    })
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
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..clients).map(|_| scope.spawn(client)).collect();
        clients
            .into_iter()
            .try_for_each(|client| match client.join() {
                Ok(result) => result,
                Err(_) => anyhow::bail!("a client panicked"),
            })
    })
}
