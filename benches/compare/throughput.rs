//! How many programs a second, by so many connections at once, beside so many bare processes at
//! once. The clients run on the same cores as the server.

use super::Bench;
use super::client::{Client, Refused, Request};
use super::goals::Work;
use super::programs::Program;
use super::samples::{Samples, median};
use super::server::{ENGINES, Engine, Server, execute};
use serde_json::json;
use std::sync::Barrier;
use std::time::{Duration, Instant};

/// Connections at once, along the curve.
pub(crate) const CONNECTIONS: [usize; 7] = [1, 2, 4, 8, 16, 32, 64];
/// Where the goal is looked at.
pub(crate) const AT_GOAL: usize = 16;
/// Bare processes at once; the best of them is what counts.
const AT_ONCE: [usize; 4] = [1, 2, 3, 4];

/// One point of a curve.
#[derive(Debug, Default)]
pub(crate) struct Point {
    pub(crate) at_once: usize,
    /// Programs a second, one figure for each time it was measured.
    rates: Vec<f64>,
    /// Requests that were answered with 429, of all times together.
    pub(crate) refused: u32,
    /// What a client saw, of all times together.
    pub(crate) latency: Samples,
}

impl Point {
    pub(crate) fn rate(&self) -> f64 {
        median(&self.rates)
    }
}

/// The curves of one program.
#[derive(Debug)]
pub(crate) struct Throughput {
    pub(crate) title: &'static str,
    pub(crate) engines: Vec<(Engine, Result<Vec<Point>, String>)>,
    pub(crate) bare: Vec<Point>,
    pub(crate) seconds: f64,
    pub(crate) times: usize,
}

impl Throughput {
    pub(crate) fn best_bare(&self) -> Option<&Point> {
        let by_rate = |one: &&Point, other: &&Point| one.rate().total_cmp(&other.rate());
        self.bare.iter().max_by(by_rate)
    }
}

pub(crate) fn measure(
    bench: &Bench,
    work: Work,
    title: &'static str,
) -> anyhow::Result<Throughput> {
    let program = match work {
        Work::ThroughputPython => Program::of(Work::PythonHello),
        _ => Program::of(Work::CppSeen),
    };
    let Some((program, command)) = program.and_then(|it| it.command().map(|c| (it, c))) else {
        anyhow::bail!("no program for {work:?}");
    };
    let (times, time) = bench.throughput_plan();
    eprintln!("compare: {title}, {times} times {time:?} at each point");
    let source = program.source();
    let request = Request::execute(program.language, &json!({"code": source}));
    let mut bare = bench.bare(program.language)?;
    if let Some(job) = program.preparation(&source) {
        bare.run(&job)?;
    }
    let points = |at_once: &[usize]| -> Vec<Point> {
        let point = |at_once: &usize| Point {
            at_once: *at_once,
            ..Point::default()
        };
        at_once.iter().map(point).collect()
    };
    let mut engines: Vec<_> = (ENGINES.iter())
        .map(|engine| {
            let server = Server::start(*engine, bench.roots.as_deref(), &[]);
            let server = server.map_err(|error| format!("{error:#}"));
            (*engine, server.map(|server| (server, points(&CONNECTIONS))))
        })
        .collect();
    for (_, started) in &engines {
        let Ok((server, _)) = started else { continue };
        // Compiled now, and known afterwards.
        execute(&mut server.connect()?, &request, "1\n")?;
    }
    let mut bare_points = points(&AT_ONCE);
    for _ in 0..times {
        for which in 0..CONNECTIONS.len() {
            for (engine, started) in &mut engines {
                let Ok((server, points)) = started else {
                    continue;
                };
                server.at_rest(program.language)?;
                if let Err(error) = crowd(server, &request, time, &mut points[which]) {
                    eprintln!("compare: {engine}: {error:#}");
                    *started = Err(format!("{error:#}"));
                }
            }
            if let Some(point) = bare_points.get_mut(which) {
                let rate = bare.crowd(&command, point.at_once, time)?;
                point.rates.push(rate);
            }
        }
    }
    let engines = engines.into_iter().map(|(engine, started)| {
        let points = started.and_then(|(server, points)| {
            let stopped = server.stop().map_err(|error| format!("{error:#}"));
            stopped.map(|()| points)
        });
        (engine, points)
    });
    Ok(Throughput {
        title,
        engines: engines.collect(),
        bare: bare_points,
        seconds: time.as_secs_f64(),
        times,
    })
}

/// So many connections that each send request after request, for so long.
fn crowd(
    server: &Server,
    request: &Request,
    time: Duration,
    point: &mut Point,
) -> anyhow::Result<()> {
    let clients: Vec<_> = (0..point.at_once)
        .map(|_| server.connect())
        .collect::<Result<_, _>>()?;
    let together = Barrier::new(clients.len());
    let client = |mut client: Client| {
        let (mut samples, mut refused) = (Samples::default(), 0);
        together.wait();
        let start = Instant::now();
        loop {
            let answered = execute(&mut client, request, "1\n");
            if start.elapsed() > time {
                return anyhow::Ok((samples, refused));
            }
            match answered {
                Ok((took, _)) => samples.add(took),
                Err(error) if error.downcast_ref().is_some_and(Refused::is_busy) => refused += 1,
                Err(error) => return Err(error),
            }
        }
    };
    let client = &client;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (clients.into_iter())
            .map(|connection| scope.spawn(move || client(connection)))
            .collect();
        let mut all = Samples::default();
        for client in clients {
            let joined = client.join();
            let (samples, refused) = joined.map_err(|_| anyhow::anyhow!("a client panicked"))??;
            all.extend(samples);
            point.refused += refused;
        }
        point.rates.push(all.count() as f64 / time.as_secs_f64());
        point.latency.extend(all);
        Ok(())
    })
}
