//! What programs cost over HTTP on both engines, beside the same programs started bare, by the
//! docker command, and by other sandboxes that are installed; and what a server takes at rest.
//!
//! `make bench` measures everything and rewrites the marked sections of docs/performance.md and
//! README.md. All ways take turns, so that a noisy machine is noisy for each; before every
//! measurement the pools are at rest, so that none pays for another's tidying up. Knows the server
//! from outside only: it is the release binary with its defaults, and nothing in it knows that it
//! is being measured.

#![forbid(unsafe_code)]

mod bare;
mod chart;
mod client;
mod footprint;
mod goals;
mod latency;
mod machine;
mod page;
mod peers;
#[path = "../server/mod.rs"]
mod process;
mod programs;
mod results;
mod rounds;
mod samples;
mod server;
mod throughput;

use anyhow::Context;
use bare::Bare;
use clap::{Parser, ValueEnum};
use goals::Work;
use page::Page;
use programs::Program;
use results::Results;
use rounds::Plan;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Compares warmbox with bare python3 and g++, with the docker command, and with other sandboxes.
#[derive(Debug, Parser)]
struct Arguments {
    /// A few rounds of everything, in two minutes; writes no file
    #[arg(long)]
    quick: bool,
    /// Only this; may be repeated. Writes no file
    #[arg(long, value_enum)]
    only: Vec<Work>,
    /// Unpacked images, for the embedded engine and for the bare side; where there are none, both
    /// use this machine's own programs
    #[arg(long, default_value = "target/roots")]
    roots_dir: PathBuf,
    /// Where README.md and docs/performance.md are rewritten, after --quick and --only too
    /// [default: this repository]
    #[arg(long)]
    write_to: Option<PathBuf>,
    /// What cargo adds for every benchmark
    #[arg(long, hide = true)]
    bench: bool,
}

/// How much is measured, and with which toolchain.
struct Bench {
    quick: bool,
    roots: Option<PathBuf>,
}

impl Bench {
    /// Of what takes up to two seconds.
    fn plan(&self) -> Plan {
        match self.quick {
            true => Plan {
                warm_up: 1,
                measured: 4,
            },
            false => Plan {
                warm_up: 3,
                measured: 50,
            },
        }
    }

    /// Of what takes longer.
    fn few_rounds(&self) -> Plan {
        match self.quick {
            true => Plan {
                warm_up: 0,
                measured: 1,
            },
            false => Plan {
                warm_up: 1,
                measured: 10,
            },
        }
    }

    /// How often each point of a curve is measured, and for how long.
    fn throughput_plan(&self) -> (usize, Duration) {
        match self.quick {
            true => (1, Duration::from_millis(500)),
            false => (3, Duration::from_millis(1500)),
        }
    }

    /// Python hellos, runs of one C++ program, new large C++ programs.
    fn many_runs(&self) -> (u32, u32, u32) {
        match self.quick {
            true => (300, 20, 2),
            false => (9000, 900, 100),
        }
    }

    /// A language's unpacked image.
    fn root(&self, language: &str) -> Option<PathBuf> {
        Some(self.roots.as_ref()?.join(language))
    }

    fn bare(&self, language: &str) -> anyhow::Result<Bare> {
        Bare::enter(self.root(language).as_deref())
    }
}

fn main() -> ExitCode {
    let words: Vec<_> = std::env::args().collect();
    let done = match words.get(1..) {
        Some([inside, root, folder]) if inside == bare::INSIDE => {
            bare::serve(Path::new(root), Path::new(folder))
        }
        _ => compare(&Arguments::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("compare: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn compare(arguments: &Arguments) -> anyhow::Result<()> {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR"));
    let bench = Bench {
        quick: arguments.quick,
        roots: roots(&repository.join(&arguments.roots_dir))?,
    };
    let machine = machine::Machine::look(&bench)?;
    let mut results = Results::default();
    let wanted = |work: &Work| arguments.only.is_empty() || arguments.only.contains(work);
    for work in Work::value_variants().iter().copied().filter(wanted) {
        measure(&bench, work, &mut results).with_context(|| format!("{work:?}"))?;
    }
    let page = Page::new(results, &machine)?;
    page.print();
    let whole = !arguments.quick && arguments.only.is_empty();
    let folder = arguments.write_to.as_deref();
    if let Some(folder) = folder.or(whole.then_some(repository)) {
        page.write(folder)?;
        eprintln!("compare: README.md, docs/performance.md and docs/throughput.svg are new");
    }
    Ok(())
}

/// Roots for both languages, or for none: both sides are to have the same toolchain.
fn roots(folder: &Path) -> anyhow::Result<Option<PathBuf>> {
    if ["python", "cpp"]
        .iter()
        .all(|language| folder.join(language).is_dir())
    {
        return Ok(Some(folder.canonicalize()?));
    }
    eprintln!(
        "compare: {} has no unpacked images (make roots): the bare side and the embedded engine use this machine's \
         own programs",
        folder.display()
    );
    Ok(None)
}

fn measure(bench: &Bench, work: Work, results: &mut Results) -> anyhow::Result<()> {
    if let Some(program) = Program::of(work) {
        let group = latency::program(bench, work, &program)?;
        results.groups.push((work, group));
        return Ok(());
    }
    match work {
        Work::FiftyTests => results.groups.push((work, latency::fifty_tests(bench)?)),
        Work::NoRunnerReady => results
            .groups
            .push((work, latency::no_runner_ready(bench)?)),
        Work::BesideAFlood => results.groups.push((work, latency::beside_a_flood(bench)?)),
        Work::FirstOutput => results.groups.push((work, latency::first_output(bench)?)),
        Work::ThroughputPython | Work::ThroughputCpp => {
            let title = match work {
                Work::ThroughputPython => "Python hello, runs a second",
                _ => "C++ seen before, runs a second",
            };
            let throughput = throughput::measure(bench, work, title)?;
            results.throughputs.push((work, throughput));
        }
        Work::IdleMemory => results
            .footprints
            .push((work, footprint::idle_memory(bench))),
        Work::ServerMemory => results
            .footprints
            .push((work, footprint::server_memory(bench))),
        Work::Start => {
            let groups = footprint::start(bench).into_iter();
            results.groups.extend(groups.map(|group| (work, group)));
        }
        // Measured above, each as a program.
        _ => {}
    }
    Ok(())
}
