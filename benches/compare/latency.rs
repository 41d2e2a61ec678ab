//! How long one request takes, beside the same work done bare.

use super::bare::Bare;
use super::client::{Client, Request};
use super::goals::Work;
use super::programs::{self, Program};
use super::rounds::{Group, Way, rounds};
use super::server::{ENGINES, Engine, Server, execute};
use super::{Bench, peers};
use serde_json::json;
use std::cell::RefCell;
use std::time::{Duration, UNIX_EPOCH};

/// The index of the bare side in the groups of this module: behind the engines.
pub(crate) const BARE: usize = ENGINES.len();
/// And of `docker exec` in that of Python's hello.
pub(crate) const DOCKER_EXEC: usize = BARE + 1;

/// Until a flood has filled what is kept of it.
const FLOODING: Duration = Duration::from_millis(200);

/// A server and the connection to it; or why there is none.
type Reached = Result<(Server, RefCell<Client>), String>;

fn reach(bench: &Bench, engine: Engine, flags: &[&str]) -> Reached {
    let started = Server::start(engine, bench.roots.as_deref(), flags).and_then(|server| {
        let client = RefCell::new(server.connect()?);
        Ok((server, client))
    });
    started.map_err(|error| format!("{error:#}"))
}

fn name(engine: Engine) -> String {
    format!("warmbox, {engine} engine, over HTTP")
}

/// All servers at rest, so that no way pays for another's tidying up.
fn at_rest(servers: &[Reached], language: &str) -> anyhow::Result<()> {
    (servers.iter().flatten()).try_for_each(|(server, _)| server.at_rest(language))
}

/// One program on both engines, bare, and, a hello, by what others offer.
pub(crate) fn program(bench: &Bench, work: Work, program: &Program) -> anyhow::Result<Group> {
    let language = program.language;
    let servers = ENGINES.map(|engine| reach(bench, engine, &[]));
    let bare = RefCell::new(bench.bare(language)?);
    let first = program.source();
    let preparation = program.preparation(&first);
    if let Some(job) = &preparation {
        bare.borrow_mut().run(job)?;
    }
    // One source for all rounds where it is to be known, else a new one for each.
    let source = || match preparation {
        Some(_) => first.clone(),
        None => program.source(),
    };
    let mut ways = Vec::new();
    for (server, engine) in servers.iter().zip(ENGINES) {
        ways.push(match server {
            Err(why) => Way::missing(name(engine), why.clone()),
            Ok((_, client)) => Way::new(name(engine), |_| {
                let request = Request::execute(language, &json!({"code": source()}));
                at_rest(&servers, language)?;
                let (took, answer) = execute(&mut client.borrow_mut(), &request, "1\n")?;
                let pictures = answer["images"].as_array().map_or(0, Vec::len);
                anyhow::ensure!(
                    pictures == usize::from(program.picture),
                    "{pictures} pictures came back"
                );
                Ok(took)
            }),
        });
    }
    ways.push(Way::new(program.bare, |_| {
        let job = program.job(&source());
        at_rest(&servers, language)?;
        let done = bare.borrow_mut().run(&job)?;
        anyhow::ensure!(done.printed() == "1\n", "printed {:?}", done.printed());
        anyhow::ensure!(!program.picture || done.read_bytes > 0, "no picture");
        Ok(done.took())
    }));
    let others = match work {
        Work::PythonHello => peers::all(bench),
        _ => Vec::new(),
    };
    let servers_at_rest = || at_rest(&servers, language);
    for peer in others {
        ways.push(match peer {
            Err((name, why)) => Way::missing(name, why),
            Ok(mut peer) => {
                let (name, every) = (peer.name, peer.every);
                let once = move |_| {
                    servers_at_rest()?;
                    peer.once()
                };
                Way::new(name, once).every(every)
            }
        });
    }
    let group = rounds(program.title, bench.plan(), ways, BARE);
    stop(servers)?;
    Ok(group)
}

/// One new C++ program and its tests, request after request without a pause.
pub(crate) fn fifty_tests(bench: &Bench) -> anyhow::Result<Group> {
    let servers = ENGINES.map(|engine| reach(bench, engine, &[]));
    let bare = RefCell::new(bench.bare("cpp")?);
    let mut ways = Vec::new();
    for (server, engine) in servers.iter().zip(ENGINES) {
        ways.push(match server {
            Err(why) => Way::missing(name(engine), why.clone()),
            Ok((_, client)) => Way::new(name(engine), |_| {
                let source = programs::tested();
                at_rest(&servers, "cpp")?;
                (0..programs::TESTS).try_fold(Duration::ZERO, |sum, test| {
                    let body = json!({"code": source, "stdin": format!("{test}\n")});
                    let request = Request::execute("cpp", &body);
                    let printed = format!("{}\n", test + 1);
                    Ok(sum + execute(&mut client.borrow_mut(), &request, &printed)?.0)
                })
            }),
        });
    }
    ways.push(Way::new("bare `g++ -O2` once, then 50 runs", |_| {
        let job = programs::tested_bare(&programs::tested());
        at_rest(&servers, "cpp")?;
        let done = bare.borrow_mut().run(&job)?;
        let tests = done.stdouts.iter().skip(1).zip(1..);
        for (printed, expected) in tests {
            anyhow::ensure!(*printed == format!("{expected}\n"), "printed {printed:?}");
        }
        Ok(done.took())
    }));
    for (server, engine) in servers.iter().zip(ENGINES) {
        let name = format!("{}, as tests of one request", name(engine));
        ways.push(match server {
            Err(why) => Way::missing(name, why.clone()),
            Ok((_, client)) => Way::new(name, |_| {
                let request = Request::execute("cpp", &programs::judged(&programs::tested()));
                at_rest(&servers, "cpp")?;
                let (took, answer) = client.borrow_mut().send(&request)?;
                let accepted = &answer["totals"]["accepted"];
                anyhow::ensure!(*accepted == programs::TESTS, "{accepted} accepted");
                Ok(took)
            }),
        });
    }
    let group = rounds("C++, 50 tests", bench.few_rounds(), ways, BARE);
    stop(servers)?;
    Ok(group)
}

/// From a program's writing a line to its being there, for whoever follows the run.
pub(crate) fn first_output(bench: &Bench) -> anyhow::Result<Group> {
    let servers = ENGINES.map(|engine| reach(bench, engine, &["--languages", "python"]));
    let request = Request::follow("python", &programs::tells_the_time());
    let mut ways = Vec::new();
    for (server, engine) in servers.iter().zip(ENGINES) {
        let name = format!("{}, as events", name(engine));
        ways.push(match server {
            Err(why) => Way::missing(name, why.clone()),
            Ok((_, client)) => Way::new(name, |_| {
                at_rest(&servers, "python")?;
                let (text, there) = client.borrow_mut().follow(&request)?;
                let written = Duration::from_nanos(text.trim().parse()?);
                Ok(there.duration_since(UNIX_EPOCH + written)?)
            }),
        });
    }
    let group = rounds("first line of output", bench.plan(), ways, 0);
    stop(servers)?;
    Ok(group)
}

/// A Python hello when no runner is ready: each request has one made for it.
pub(crate) fn no_runner_ready(bench: &Bench) -> anyhow::Result<Group> {
    let never_ready = [
        "--languages",
        "python",
        "--min-idle",
        "0",
        "--max-uses",
        "1",
    ];
    let servers = ENGINES.map(|engine| reach(bench, engine, &never_ready));
    let request = Request::execute("python", &json!({"code": programs::HELLO}));
    let gone = || (servers.iter().flatten()).try_for_each(|(server, _)| server.empty("python"));
    let mut ways = Vec::new();
    for (server, engine) in servers.iter().zip(ENGINES) {
        ways.push(match server {
            Err(why) => Way::missing(name(engine), why.clone()),
            Ok((_, client)) => Way::new(name(engine), |_| {
                gone()?;
                Ok(execute(&mut client.borrow_mut(), &request, "1\n")?.0)
            }),
        });
    }
    ways.push(match peers::docker_run() {
        Err((name, why)) => Way::missing(name, why),
        Ok(mut peer) => Way::new(peer.name, move |_| {
            gone()?;
            peer.once()
        }),
    });
    let group = rounds(
        "Python hello, no runner ready",
        bench.few_rounds(),
        ways,
        BARE,
    );
    stop(servers)?;
    Ok(group)
}

/// A program that works for some time, beside one that writes without end what nobody keeps.
pub(crate) fn beside_a_flood(bench: &Bench) -> anyhow::Result<Group> {
    let python = ["--languages", "python"];
    let server = Server::start(Engine::Embedded, bench.roots.as_deref(), &python)?;
    let client = RefCell::new(server.connect()?);
    let flooding = RefCell::new(server.connect()?);
    let busy = Request::execute("python", &programs::busy());
    let flood = Request::execute("python", &programs::flood());
    let ways = vec![
        Way::new("warmbox, embedded engine, alone", |_| {
            server.at_rest("python")?;
            Ok(execute(&mut client.borrow_mut(), &busy, "1\n")?.0)
        }),
        Way::new("warmbox, embedded engine, beside a flood of output", |_| {
            server.at_rest("python")?;
            let mut flooding = flooding.borrow_mut();
            let (flooding, flood) = (&mut *flooding, &flood);
            std::thread::scope(|scope| {
                let flooded = scope.spawn(move || flooding.send(flood));
                std::thread::sleep(FLOODING);
                let took = execute(&mut client.borrow_mut(), &busy, "1\n");
                let flooded = flooded.join().map_err(|_| anyhow::anyhow!("a panic"))?;
                anyhow::ensure!(flooded?.1["truncated"] == true, "it flooded nothing");
                Ok(took?.0)
            })
        }),
    ];
    let group = rounds("Python, 4 million additions", bench.few_rounds(), ways, 0);
    server.stop()?;
    Ok(group)
}

fn stop(servers: [Reached; ENGINES.len()]) -> anyhow::Result<()> {
    (servers.into_iter().flatten()).try_for_each(|(server, _)| server.stop())
}

/// The toolchain's own words, to show that both sides have the same.
pub(crate) fn versions(bench: &Bench) -> anyhow::Result<Vec<(String, String)>> {
    let mut versions = Vec::new();
    for (language, argv) in [("python", "python3"), ("cpp", "g++")] {
        let mut bare: Bare = bench.bare(language)?;
        versions.push((
            format!("bare {argv}"),
            bare.first_line(&[argv, "--version"])?,
        ));
    }
    for engine in ENGINES {
        let Ok((server, _)) = reach(bench, engine, &[]) else {
            continue;
        };
        for language in ["python", "cpp"] {
            let pool = server.pool(language)?;
            let toolchain = pool["toolchain"].as_str().unwrap_or_default().to_owned();
            versions.push((format!("{language}, {engine} engine"), toolchain));
        }
        server.stop()?;
    }
    Ok(versions)
}
