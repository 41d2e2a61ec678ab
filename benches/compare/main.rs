//! What a hello costs over HTTP, beside the same program started bare, in one run on one machine.
//!
//! `make bench`, or after `make build`: `cargo bench --bench compare -- --write` puts the table
//! into README.md. Both sides take turns, so that a noisy machine is noisy for both; before every
//! measurement the pool is at rest, so that neither side pays for the other's tidying up. Knows
//! the server from outside only: it is the release binary with its defaults, on the embedded
//! engine, and nothing in it knows that it is being measured.

#![forbid(unsafe_code)]

mod bare;
mod report;
mod server;

use clap::Parser;
use report::{Comparison, Side};
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PYTHON: &str = "print(1)";

/// Compares warmbox with the bare python3 and g++ of this machine.
#[derive(Debug, Parser)]
struct Arguments {
    /// Measured rounds of the Python program
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    python_rounds: u32,
    /// Measured rounds of the C++ program
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..))]
    cpp_rounds: u32,
    /// Rounds of each before measuring starts
    #[arg(long, default_value_t = 3)]
    warm_up: u32,
    /// Put the table into README.md, between its two markers
    #[arg(long)]
    write: bool,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() -> ExitCode {
    match compare(&Arguments::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    let machine = report::Machine::look()?;
    let server = server::Server::start()?;
    eprintln!("compare: {} rounds of Python", arguments.python_rounds);
    let python = rounds(
        "Python",
        arguments.warm_up,
        arguments.python_rounds,
        &mut |_| {
            server.at_rest("python")?;
            timed(|| server.execute("python", PYTHON))
        },
        &mut |_| {
            server.at_rest("python")?;
            timed(|| bare::python(PYTHON))
        },
    )?;
    eprintln!("compare: {} rounds of C++", arguments.cpp_rounds);
    let folder = bare::Tmpfs::new()?;
    let cpp = rounds(
        "C++",
        arguments.warm_up,
        arguments.cpp_rounds,
        &mut |round| {
            let source = never_seen("warmbox", round);
            server.at_rest("cpp")?;
            timed(|| server.execute("cpp", &source))
        },
        &mut |round| {
            let source = never_seen("bare", round);
            server.at_rest("cpp")?;
            timed(|| bare::cpp(folder.path(), &source))
        },
    )?;
    server.stop()?;
    let table = report::table(&[python, cpp], &machine, arguments.warm_up);
    println!("{table}");
    if arguments.write {
        report::write(
            &Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"),
            &table,
        )?;
        eprintln!("compare: README.md has the new table");
    }
    Ok(())
}

/// Both sides in turn, and in the next round in the other order.
fn rounds(
    program: &'static str,
    warm_up: u32,
    measured: u32,
    warmbox: &mut dyn FnMut(u32) -> anyhow::Result<Duration>,
    bare: &mut dyn FnMut(u32) -> anyhow::Result<Duration>,
) -> anyhow::Result<Comparison> {
    let (mut ours, mut theirs) = (Side::default(), Side::default());
    for round in 0..warm_up + measured {
        let (of_us, of_them) = if round % 2 == 0 {
            let of_us = warmbox(round)?;
            (of_us, bare(round)?)
        } else {
            let of_them = bare(round)?;
            (warmbox(round)?, of_them)
        };
        if round >= warm_up {
            ours.add(of_us);
            theirs.add(of_them);
        }
    }
    Ok(Comparison {
        program,
        warmbox: ours,
        bare: theirs,
    })
}

/// How long it took until the output was there; what the output is, is looked at afterwards.
fn timed(work: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let output = work()?;
    let took = start.elapsed();
    anyhow::ensure!(
        output == "1\n",
        "the program printed {output:?}, not \"1\\n\""
    );
    Ok(took)
}

/// Hello in C++, with a comment that no source before it had: nothing can have been compiled yet.
fn never_seen(side: &str, round: u32) -> String {
    let now = std::time::SystemTime::now()
        .duration_since(std::time::UNIX_EPOCH)
        .unwrap_or_default();
    let nanoseconds = now.as_nanos();
    format!(
        "// {side}, round {round}, {nanoseconds}\n#include <iostream>\n\
         int main() {{ std::cout << 1 << \"\\n\"; }}\n"
    )
}
