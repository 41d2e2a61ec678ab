//! What a server and its runners take when nothing is asked of them, and how soon they are there.

use super::Bench;
use super::client::{Client, Request};
use super::goals::{Figure, Work};
use super::programs::{self, Program};
use super::rounds::{Group, Way, rounds};
use super::server::{ENGINES, Engine, Server, execute};
use crate::process;
use anyhow::Context;
use serde_json::json;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};

const KIB: f64 = 1024.0;
const MEGABYTE: f64 = 1e6;
/// Runs before a runner's memory is looked at.
const USED: u32 = 20;
/// What an interpreter takes to import the large libraries, in several runners at once.
const ON_DEMAND: Duration = Duration::from_secs(5);
/// Connections over which the many runs come.
const CLIENTS: usize = 16;

/// Each engine's figure, or why there is none.
pub(crate) type Figures = Vec<(Engine, Result<Figure, String>)>;

fn on_each(measure: impl Fn(Engine) -> anyhow::Result<Figure>) -> Figures {
    let figure = |engine| {
        (
            engine,
            measure(engine).map_err(|error| format!("{error:#}")),
        )
    };
    ENGINES.map(figure).into()
}

/// Memory of an idle Python runner: the proportional share of all its processes, so that what
/// they share with each other counts once, and what they share with other runners in part.
pub(crate) fn idle_memory(bench: &Bench) -> Figures {
    eprintln!("compare: memory of an idle Python runner");
    on_each(|engine| {
        let server = Server::start(engine, bench.roots.as_deref(), &["--languages", "python"])?;
        let mut client = server.connect()?;
        let mut use_it = |code: &str| -> anyhow::Result<()> {
            let request = Request::execute("python", &json!({ "code": code }));
            for _ in 0..USED {
                execute(&mut client, &request, "1\n")?;
            }
            server.at_rest("python")
        };
        use_it(programs::HELLO)?;
        let slim = Weight::of(&server)?;
        // What is started on demand takes a moment to stand, in each runner that was asked.
        use_it(programs::WANTS_ALL)?;
        std::thread::sleep(ON_DEMAND);
        let whole = Weight::of(&server)?;
        server.stop()?;
        Ok(Figure {
            value: slim.share,
            from: format!(
                "{} processes; of it private to one process: {:.1} MB. Once programs have wanted numpy: \
                 {:.1} MB, {} processes",
                slim.processes, slim.private, whole.share, whole.processes
            ),
        })
    })
}

/// What a runner weighs, on average: in megabytes.
struct Weight {
    share: f64,
    private: f64,
    processes: usize,
}

impl Weight {
    fn of(server: &Server) -> anyhow::Result<Self> {
        let runners = runners(server)?;
        anyhow::ensure!(!runners.is_empty(), "there is no runner");
        let everybody = process::processes();
        let (mut share, mut private, mut processes) = (0.0, 0.0, 0);
        for runner in &runners {
            for process in process::family(&everybody, *runner) {
                let rollup = fs::read_to_string(format!("/proc/{process}/smaps_rollup"))
                    .context("only root sees the memory of a runner's processes")?;
                let size = |names| sum(&rollup, names) * KIB / MEGABYTE / runners.len() as f64;
                // The shadow of a process that waits is the same memory, seen twice.
                if !is_shadow(process) {
                    share += size(&["Pss:"]);
                    private += size(&["Private_Clean:", "Private_Dirty:"]);
                }
                processes += 1;
            }
        }
        Ok(Self {
            share,
            private,
            processes: processes / runners.len(),
        })
    }
}

fn is_shadow(process: u32) -> bool {
    fs::read_to_string(format!("/proc/{process}/comm")).is_ok_and(|name| name.contains("shadow"))
}

/// The server's own memory after many runs of both languages, some of them with large programs
/// that fill whatever keeps compiled ones.
pub(crate) fn server_memory(bench: &Bench) -> Figures {
    let (python, seen, large) = bench.many_runs();
    eprintln!("compare: {python} Python and {} C++ runs", seen + large);
    on_each(|engine| {
        let server = Server::start(engine, bench.roots.as_deref(), &[])?;
        let at_start = resident(&server)?;
        let hello = Request::execute("python", &json!({"code": programs::HELLO}));
        many(&server, python, || hello.clone())?;
        let known = Program::of(Work::CppSeen).context("no program")?.source();
        let known = Request::execute("cpp", &json!({"code": known}));
        many(&server, seen, || known.clone())?;
        many(&server, large, || {
            Request::execute("cpp", &json!({"code": programs::large()}))
        })?;
        server.at_rest("python")?;
        server.at_rest("cpp")?;
        let value = resident(&server)?;
        server.stop()?;
        Ok(Figure {
            value,
            from: format!(
                "{python} Python hellos, {seen} runs of one C++ program, {large} new C++ programs of 1 MiB; \
                 {at_start:.1} MB before"
            ),
        })
    })
}

fn many(server: &Server, runs: u32, request: impl Fn() -> Request + Sync) -> anyhow::Result<()> {
    let left = AtomicU32::new(runs);
    let client = |mut client: Client| {
        let take = |left: u32| left.checked_sub(1);
        while left
            .fetch_update(Ordering::Relaxed, Ordering::Relaxed, take)
            .is_ok()
        {
            execute(&mut client, &request(), "1\n")?;
        }
        anyhow::Ok(())
    };
    let client = &client;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let connection = server.connect();
                scope.spawn(move || client(connection?))
            })
            .collect();
        clients.into_iter().try_for_each(|client| {
            let joined = client.join();
            joined.map_err(|_| anyhow::anyhow!("a client panicked"))?
        })
    })
}

/// From the start of the server's process until it says that it is ready, with the same number
/// of warm runners.
pub(crate) fn start(bench: &Bench) -> Vec<Group> {
    let two_of_each: &[&str] = &["--languages", "python,cpp"];
    let python: &[&str] = &[
        "--languages",
        "python",
        "--min-idle",
        "4",
        "--max-runners",
        "4",
    ];
    [
        ("start, 2 Python and 2 C++ runners", two_of_each),
        ("start, 4 Python runners", python),
    ]
    .map(|(title, flags)| {
        let ways = ENGINES.map(|engine| {
            Way::new(format!("warmbox, {engine} engine"), move |_| {
                let begun = Instant::now();
                let server = Server::start(engine, bench.roots.as_deref(), flags)?;
                let took = begun.elapsed();
                server.stop()?;
                // The daemon is still busy with what was removed.
                std::thread::sleep(Duration::from_millis(300));
                Ok(took)
            })
        });
        rounds(title, bench.few_rounds(), ways.into(), 0)
    })
    .into()
}

/// In megabytes.
fn resident(server: &Server) -> anyhow::Result<f64> {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid()))?;
    Ok(sum(&status, &["VmRSS:"]) * KIB / MEGABYTE)
}

/// The first process of each runner.
fn runners(server: &Server) -> anyhow::Result<Vec<u32>> {
    match server.engine {
        Engine::Embedded => Ok(process::children(&process::processes(), server.pid())),
        Engine::Docker => process::containers(&server.owner),
    }
}

/// The figures of these names in a file of /proc, in KiB.
fn sum(file: &str, names: &[&str]) -> f64 {
    let lines = file.lines().filter_map(|line| {
        let figure = names.iter().find_map(|name| line.strip_prefix(name))?;
        figure.split_whitespace().next()?.parse::<f64>().ok()
    });
    lines.sum()
}
