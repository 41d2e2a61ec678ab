//! What a server with containers must survive: each fault is a real one, of a real Docker daemon.
//!
//! The daemons are the tests' own ([`daemon::Daemon`]), and so is the language: a shell, whose
//! image is made in a moment. Python and C++ are built in and have no image on these daemons,
//! which is proved to be nobody else's trouble.

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

use crate::harness::containers::{self, Container};
use crate::harness::{Options, Reply, Server, Setup, check, processes, setups, wait_for};
use daemon::Daemon;
use serde_json::{Value, json};
use std::ops::Deref;
use std::sync::Arc;
use std::time::{Duration, Instant};

const LANGUAGES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/it/docker/languages");
/// What a deployment's containers get to be gone once its server is.
const VANISH: Duration = Duration::from_secs(5);

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
    owner: String,
}

/// How a server of these tests is started.
fn options(daemon: &Daemon, args: &[&str]) -> Options {
    let own = ["--engine", "docker", "--pull", "never"];
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
        Setup::Own,
        &[&own[..], &log, languages, offered, args].concat(),
    );
    options.docker_host = daemon.host.clone();
    options
}

impl<'a> Deployment<'a> {
    fn start(daemon: &'a Daemon, args: &[&str]) -> Self {
        Self::with(daemon, &options(daemon, args))
    }

    fn with(daemon: &'a Daemon, options: &Options) -> Self {
        Self {
            server: Server::start(options),
            daemon,
            owner: options.owner.clone(),
        }
    }

    /// One that is not ready, and may never be.
    fn launch(daemon: &'a Daemon, args: &[&str]) -> Self {
        let options = options(daemon, args);
        Self {
            server: Server::launch(&options),
            daemon,
            owner: options.owner.clone(),
        }
    }

    fn containers(&self) -> Vec<Container> {
        self.daemon.owned_by(&self.owner)
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
        let mut last = Value::Null;
        let start = Instant::now();
        while start.elapsed() < deadline {
            last = self.pool("sh");
            let at_rest = ["busy", "recycling", "starting"]
                .iter()
                .all(|figure| last[*figure] == 0);
            if last["idle"] == idle && at_rest {
                return;
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("the pool has not {idle} idle runners within {deadline:?}: {last:#}");
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

impl Drop for Deployment<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            return;
        }
        if self.exited().is_none() {
            processes::signal(self.pid(), "KILL");
            self.wait_for_exit(VANISH);
        }
        let left = containers::left_after(VANISH, &self.daemon.host, &self.owner);
        assert!(left.is_empty(), "left behind by a killed server: {left:?}");
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
