//! What a hello costs over HTTP on both engines, beside the same program started bare and by the
//! docker command, in one run on one machine.
//!
//! `make bench`, or after `make build`: `cargo bench --bench compare -- --write` puts the table
//! into README.md. All ways take turns, so that a noisy machine is noisy for each; before every
//! measurement the pools are at rest, so that none pays for another's tidying up. Knows the server
//! from outside only: it is the release binary with its defaults, and nothing in it knows that it
//! is being measured.

#![forbid(unsafe_code)]

mod bare;
mod docker;
#[path = "../server/mod.rs"]
mod process;
mod report;
mod server;

use clap::Parser;
use report::{Group, Side};
use server::Server;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};

const PYTHON: &str = "print(1)";
const WORK: &str = "sum = 0\nfor i in range(4_000_000): sum += i\nprint(1)";
const FLOOD: &str = "import os\nwhile True: os.write(1, b'x' * 65536)";
/// Until a flood has filled what is kept of it.
const FLOODING: Duration = Duration::from_millis(200);

/// Compares warmbox with the bare python3 and g++ of this machine, and with the docker command.
#[derive(Debug, Parser)]
struct Arguments {
    /// Measured rounds of the Python program
    #[arg(long, default_value_t = 50, value_parser = clap::value_parser!(u32).range(1..))]
    python_rounds: u32,
    /// Measured rounds of the C++ program, and of the ways that make a container each time
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
    let mut groups = vec![python(arguments)?, cpp(arguments)?];
    groups.push(on_demand(arguments)?);
    groups.push(beside_a_flood(arguments)?);
    let table = report::table(&groups, &machine, arguments.warm_up);
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

/// A Python hello on runners that are ready.
fn python(arguments: &Arguments) -> anyhow::Result<Group> {
    let (docker, embedded) = (
        Server::start("docker", &[])?,
        Server::start("embedded", &[])?,
    );
    let warm = docker::Warm::start()?;
    let rest = || {
        docker.at_rest("python")?;
        embedded.at_rest("python")
    };
    let group = rounds(
        "Python hello",
        (arguments.warm_up, arguments.python_rounds),
        &mut [
            ("warmbox, docker engine, over HTTP", &mut |_| {
                rest()?;
                timed(|| docker.execute("python", PYTHON))
            }),
            ("warmbox, embedded engine, over HTTP", &mut |_| {
                rest()?;
                timed(|| embedded.execute("python", PYTHON))
            }),
            ("bare `python3 -c 'print(1)'`", &mut |_| {
                rest()?;
                timed(|| bare::python(PYTHON))
            }),
            (
                "`docker cp` and `docker exec` into a warm container",
                &mut |_| {
                    rest()?;
                    timed(|| warm.python(PYTHON))
                },
            ),
        ],
        2,
    )?;
    docker.stop()?;
    embedded.stop()?;
    Ok(group)
}

/// A C++ hello that was never compiled before.
fn cpp(arguments: &Arguments) -> anyhow::Result<Group> {
    let (docker, embedded) = (
        Server::start("docker", &[])?,
        Server::start("embedded", &[])?,
    );
    let folder = bare::Tmpfs::new()?;
    let rest = || {
        docker.at_rest("cpp")?;
        embedded.at_rest("cpp")
    };
    let group = rounds(
        "C++ hello",
        (arguments.warm_up, arguments.cpp_rounds),
        &mut [
            ("warmbox, docker engine, over HTTP", &mut |round| {
                rest()?;
                timed(|| docker.execute("cpp", &never_seen("docker", round)))
            }),
            ("warmbox, embedded engine, over HTTP", &mut |round| {
                rest()?;
                timed(|| embedded.execute("cpp", &never_seen("embedded", round)))
            }),
            ("bare `g++ -O2`, then the program", &mut |round| {
                rest()?;
                timed(|| bare::cpp(folder.path(), &never_seen("bare", round)))
            }),
        ],
        2,
    )?;
    docker.stop()?;
    embedded.stop()?;
    Ok(group)
}

/// A Python hello when no runner is ready: each request has one made for it.
fn on_demand(arguments: &Arguments) -> anyhow::Result<Group> {
    let never_ready = ["--min-idle", "0", "--max-uses", "1"];
    let docker = Server::start("docker", &never_ready)?;
    let gone = || docker.empty("python");
    let group = rounds(
        "Python hello, no runner ready",
        (arguments.warm_up, arguments.cpp_rounds),
        &mut [
            ("warmbox, docker engine, over HTTP", &mut |_| {
                gone()?;
                timed(|| docker.execute("python", PYTHON))
            }),
            ("`docker run`", &mut |_| {
                gone()?;
                timed(|| docker::run_python(PYTHON))
            }),
        ],
        1,
    )?;
    docker.stop()?;
    Ok(group)
}

/// A program that works for some time, beside one that writes without end what nobody keeps.
fn beside_a_flood(arguments: &Arguments) -> anyhow::Result<Group> {
    let server = Server::start("embedded", &["--min-idle", "2"])?;
    let work = || {
        server.at_rest("python")?;
        timed(|| server.execute("python", WORK))
    };
    let group = rounds(
        "Python, 4 million additions",
        (arguments.warm_up, arguments.cpp_rounds),
        &mut [
            ("warmbox, embedded engine, alone", &mut |_| work()),
            (
                "warmbox, embedded engine, beside a flood of output",
                &mut |_| {
                    std::thread::scope(|scope| {
                        let flood = scope.spawn(|| server.flood("python", FLOOD));
                        std::thread::sleep(FLOODING);
                        let took = timed(|| server.execute("python", WORK));
                        flood
                            .join()
                            .map_err(|_| anyhow::anyhow!("the flood panicked"))??;
                        took
                    })
                },
            ),
        ],
        0,
    )?;
    server.stop()?;
    Ok(group)
}

/// One way of running a program, timed.
type Way<'a> = (
    &'static str,
    &'a mut dyn FnMut(u32) -> anyhow::Result<Duration>,
);

/// All ways in turn, and in every round another one first. `base` is what the others are compared
/// with.
fn rounds(
    program: &'static str,
    (warm_up, measured): (u32, u32),
    ways: &mut [Way<'_>],
    base: usize,
) -> anyhow::Result<Group> {
    eprintln!(
        "compare: {program}, {measured} rounds of {} ways",
        ways.len()
    );
    let mut rows: Vec<_> = ways
        .iter()
        .map(|(name, _)| (*name, Side::default()))
        .collect();
    for round in 0..warm_up + measured {
        for turn in 0..ways.len() {
            let which = (turn + round as usize) % ways.len();
            let took = (ways[which].1)(round)?;
            if round >= warm_up {
                rows[which].1.add(took);
            }
        }
    }
    Ok(Group {
        program,
        rows,
        base,
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
