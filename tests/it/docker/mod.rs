//! What a server with containers must survive: each fault is a real one, of a real Docker daemon.
//!
//! The daemons are the tests' own ([`daemon::Daemon`]), and so is the language: a shell, whose
//! image is made in a moment. What is built in has no image on these daemons, which is proved to
//! be nobody else's trouble.

mod answers;
mod clients;
mod crowds;
mod daemon;
mod deaths;
mod image;
mod images;
mod launch;
mod outages;
mod owners;
mod proxy;
mod runtimes;

use crate::harness::{Options, Reply, Server, Setup, check, processes, setups, wait_for};
use daemon::Daemon;
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LANGUAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/docker/languages");

/// How long a request takes that is turned away, once the server knows that it can run nothing.
const QUICK: Duration = Duration::from_secs(2);

/// The daemon of all tests that do nothing to it; nothing where Docker is not to be tested, see
/// [`setups`].
fn shared() -> Option<Arc<Daemon>> {
    wanted().then(Daemon::shared)
}

/// A daemon for one test alone.
fn own() -> Option<Daemon> {
    wanted().then(Daemon::start)
}

fn wanted() -> bool {
    setups().contains(&Setup::Docker)
}

/// A server on a daemon. Dropping it kills it, and proves that none of its containers is left.
struct Deployment<'a> {
    server: Server,
    daemon: &'a Daemon,
}

/// How a server of these tests is started.
fn options(daemon: &Daemon, args: &[&str]) -> Options {
    let own: &[&str] = if args.contains(&"--pull") {
        &[]
    } else {
        &["--pull", "never"]
    };
    // Without a line for every request, so that the log's end tells something.
    let log = ["--log-filter", "warn,warmbox=debug,warmbox::api=warn"];
    let languages = ["--languages-dir", LANGUAGES];
    // The folder's language wins where an argument names another.
    let languages: &[&str] = if args.contains(&"--languages-dir") {
        &[]
    } else {
        &languages
    };
    let offered: &[&str] = if args.contains(&"--languages") {
        &[]
    } else {
        &["--languages", "sh"]
    };
    let mut options = Options::new(
        Setup::Docker,
        &[own, &log, languages, offered, args].concat(),
    );
    options.docker_host = daemon.host.clone();
    options
}

impl<'a> Deployment<'a> {
    fn start(daemon: &'a Daemon, args: &[&str]) -> Self {
        Self::with(daemon, &options(daemon, args))
    }

    fn with(daemon: &'a Daemon, options: &Options) -> Self {
        let server = Server::start(options);
        Self { server, daemon }
    }

    /// One that is not ready, and may never be.
    fn launch(daemon: &'a Daemon, args: &[&str]) -> Self {
        let server = Server::launch(&options(daemon, args));
        Self { server, daemon }
    }

    /// Executes a shell program, whatever comes of it.
    fn ask(&self, code: &str) -> Reply {
        self.post_json("/execute/sh", &json!({"code": code}))
    }

    /// Executes a shell program that must end well, and answers what it printed.
    #[track_caller]
    fn sh(&self, code: &str) -> String {
        let answer = self.execute("sh", &json!({"code": code}));
        check("it ends well", &answer, &json!({"status": "ok"}));
        answer["stdout"].as_str().unwrap_or_default().to_owned()
    }

    /// Waits until so many runners are ready and nothing is under way.
    #[track_caller]
    fn wait_until_full(&self, idle: u64, deadline: Duration) {
        self.wait_until_full_within("sh", idle, deadline);
    }

    /// Requests are turned away at once, in words that name the daemon.
    #[track_caller]
    fn refuses_quickly(&self) {
        for _ in 0..5 {
            let (reply, took) = timed(|| self.ask("echo"));
            assert!(took < QUICK, "{took:?}: {}", reply.text);
            assert_eq!(reply.status, 503, "{}", reply.text);
            assert!(!reply.header("retry-after").is_empty(), "{}", reply.text);
            let named = json!({"code": "unavailable", "detail": {"has": ["sh", "Docker"]}});
            check("it names the daemon", &reply.json(), &named);
        }
    }

    /// How often runners were retired for that reason.
    fn retired(&self, why: &str) -> u64 {
        self.pool("sh")["retired_total"][why].as_u64().unwrap_or(0)
    }
}

impl Deref for Deployment<'_> {
    type Target = Server;

    fn deref(&self) -> &Server {
        &self.server
    }
}

/// A program that tells by its argument that it runs, and sleeps.
fn sleeper(mark: &str, seconds: u32) -> Value {
    json!({
        "code": format!("echo before\nsleep {seconds}\necho after"),
        "args": [mark],
        "limits": {"wall_ms": 60_000},
    })
}

/// Waits until a program with this argument runs, and answers one of its processes.
fn wait_for_program(mark: &str) -> processes::Process {
    wait_for(Duration::from_secs(15), "the program starts", || {
        processes::marked(mark).pop()
    })
}

fn timed(ask: impl FnOnce() -> Reply) -> (Reply, Duration) {
    let start = Instant::now();
    (ask(), start.elapsed())
}
