//! The supervisor's life: warm up, say Hello, serve one run at a time, end with the link.
//!
//! One thread and one poll loop. Anything unexpected ends the process, and with it, as it is
//! PID 1 of its namespace, everything inside: a runner is retired, never repaired.

mod files;
pub mod link;
mod memory;
mod meter;
pub mod output;
mod reading;
mod run;
mod signs;
mod stock;
mod streams;
mod verdict;
mod watch;

use crate::cgroup::RunCgroup;
use crate::failure::Failure;
use crate::sandbox::{Blueprint, IdSource, Sandbox};
use crate::sys::terminal::Terminals;
use crate::sys::{allocator, net};
use crate::without::build_id;
use link::{Link, LinkError};
use run::Means;
use std::time::{Duration, Instant};
use stock::{Others, Stock, Taken};
use warmbox_protocol::{
    Abilities, Collect, End, Following, FromRunner, Hello, Identity, Limits, LogLevel,
    MemoryCeiling, PROTOCOL_VERSION, ParentPlan, RunId, RunSpec, Stream, ToRunner,
};
use watch::KILL_DEADLINE;

/// What the outer wall leaves for the supervisor to serve with.
pub struct Setup {
    pub language: String,
    pub version_argv: Vec<String>,
    pub env: Vec<(String, String)>,
    pub parents: Vec<ParentPlan>,
    pub ids: IdSource,
    pub terminals: Option<Terminals>,
    pub cgroup: Option<RunCgroup>,
}

/// Serves the link until it ends. The exit code tells why: 0 end of the link, 1 a wall could
/// not be put up, 2 the server broke the protocol.
pub fn serve(setup: Setup, link: &mut Link) -> i32 {
    allocator::keep_little();
    match Runner::warm_up(setup).and_then(|mut runner| runner.serve(link)) {
        Ok(()) | Err(Stop::LinkEnded) => 0,
        Err(Stop::Failed(failure)) => give_up(&failure, link),
        Err(Stop::Protocol(what)) => {
            complain(link, &what);
            2
        }
    }
}

/// Says on the link which wall could not be put up; answers the exit code for that.
pub fn give_up(failure: &Failure, link: &mut Link) -> i32 {
    complain(link, &failure.to_string());
    1
}

/// Why a supervisor stops.
#[derive(Debug)]
enum Stop {
    LinkEnded,
    Failed(Failure),
    Protocol(String),
}

impl From<Failure> for Stop {
    fn from(failure: Failure) -> Self {
        Stop::Failed(failure)
    }
}

impl From<LinkError> for Stop {
    fn from(error: LinkError) -> Self {
        match error {
            LinkError::Ended => Stop::LinkEnded,
            LinkError::Malformed(what) => Stop::Protocol(what),
        }
    }
}

struct Runner {
    hello: Hello,
    stock: Stock,
    terminals: Option<Terminals>,
    cgroup: Option<RunCgroup>,
}

impl Runner {
    /// Proves the walls by running the toolchain's own version command inside them.
    fn warm_up(setup: Setup) -> Result<Self, Stop> {
        let blueprint = Blueprint::find();
        let mut ids = setup.ids;
        let sandbox = Sandbox::prepare(&blueprint, &mut ids, None)?;
        let cgroup = setup.cgroup;
        let toolchain = first_line_of(sandbox, setup.version_argv, &setup.env, cgroup.as_ref())?;
        let identity = match ids {
            IdSource::Unique { .. } => Identity::Unique,
            IdSource::Shared { .. } => Identity::Shared,
        };
        let stock = Stock::start(&setup.parents, &setup.env, blueprint, ids);
        let memory_ceiling = match &cgroup {
            Some(cgroup) => cgroup.kind(),
            None => MemoryCeiling::Measured,
        };
        Ok(Self {
            hello: Hello {
                protocol: PROTOCOL_VERSION,
                build: build_id(),
                language: setup.language,
                toolchain,
                abilities: Abilities {
                    fresh_sandbox: true,
                    identity,
                    memory_ceiling,
                    terminal: setup.terminals.is_some(),
                },
                prepared: stock.names().join(" and "),
            },
            stock,
            terminals: setup.terminals,
            cgroup,
        })
    }

    fn serve(&mut self, link: &mut Link) -> Result<(), Stop> {
        self.stock.fill()?;
        // Whatever else there may be here.
        let others = net::sockets().all.saturating_sub(self.stock.sockets());
        link.queue(&FromRunner::Hello(self.hello.clone()))?;
        loop {
            link.queue(&FromRunner::Ready)?;
            link.flush()?;
            let spec = self.await_run(link)?;
            let taken = self.stock.take(spec.prepared.as_ref())?;
            let means = Means {
                cgroup: self.cgroup.as_ref(),
                terminals: self.terminals.as_ref(),
            };
            let used = match run::execute(&spec, taken, means, link) {
                Ok((outcome, used)) => {
                    link.queue(&FromRunner::Finished {
                        run: spec.run,
                        outcome,
                    })?;
                    used
                }
                Err(Stop::Failed(failure)) => {
                    link.queue(&FromRunner::Refused {
                        run: spec.run,
                        step: failure.step.to_owned(),
                        errno: failure.errno,
                    })?;
                    link.flush()?;
                    return Err(Stop::Failed(failure));
                }
                Err(stop) => return Err(stop),
            };
            link.flush()?;
            let scratch_bytes = meter::room(&used).used_bytes;
            used.end(KILL_DEADLINE)?;
            self.await_memory_of(scratch_bytes);
            network_is_quiet(self.stock.sockets() + others)?;
            self.stock.start_wanted(spec.prepared.as_ref());
            drop(spec);
            // The next sandbox is a fork of this process: nothing of this run may be in it.
            allocator::give_back();
            self.stock.fill()?;
        }
    }

    /// Waits until the memory of a scratch folder is given back: the kernel takes its file system away
    /// some time after the last process, and the next run's limit would count it.
    fn await_memory_of(&self, scratch_bytes: u64) {
        let Some(cgroup) = &self.cgroup else { return };
        let deadline = Instant::now() + SCRATCH_ENDS_WITHIN;
        while scratch_bytes > UNNOTICED_BYTES
            && cgroup.shared_bytes() > UNNOTICED_BYTES
            && Instant::now() < deadline
        {
            std::thread::sleep(Duration::from_millis(1));
        }
    }

    /// Waits for the next run; between runs only pings are in order. What arrives late for the
    /// run before (a cancel that crossed its `Finished`) is passed over.
    fn await_run(&mut self, link: &mut Link) -> Result<Box<RunSpec>, Stop> {
        loop {
            let Some(message) = link.receive_within(SILENCE, self.stock.news())? else {
                self.stock.fill()?;
                continue;
            };
            match message {
                ToRunner::Run(spec) => return Ok(spec),
                ToRunner::Ping { nonce } => {
                    link.queue(&FromRunner::Pong { nonce })?;
                    link.flush()?;
                }
                ToRunner::Stdin { .. }
                | ToRunner::CloseStdin { .. }
                | ToRunner::Cancel { .. }
                | ToRunner::Signal { .. }
                | ToRunner::Resize { .. } => {}
                ToRunner::Plan(_) => return Err(Stop::Protocol("a second plan".to_owned())),
            }
        }
    }
}

/// After this the next run goes on with what there is: it is not to wait for a busy machine.
const SCRATCH_ENDS_WITHIN: Duration = Duration::from_secs(1);
/// What no limit is so near that it would matter.
const UNNOTICED_BYTES: u64 = 2 << 20;

/// How long sockets of a run that is dead may take to end. Those of ordinary programs are gone with
/// the last process; sockets that only hold each other are collected by the kernel when it has time.
const SOCKETS_END_WITHIN: Duration = Duration::from_millis(500);

/// Makes sure that no socket of the run lives on in the runner's network, where the next run could
/// see it, or what is in flight in it: such a runner is not used again. `ours` are there anyway.
fn network_is_quiet(ours: u64) -> Result<(), Failure> {
    let deadline = Instant::now() + SOCKETS_END_WITHIN;
    loop {
        let sockets = net::sockets();
        if sockets.connections == 0 && sockets.all <= ours {
            return Ok(());
        }
        if Instant::now() > deadline {
            return Err(Failure {
                step: "end the sockets of the last run",
                errno: libc::EBUSY,
            });
        }
        net::collect_in_flight();
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// How long an idle runner hears nothing before it takes its server for lost. A server asks every
/// few seconds; one whose machine has vanished leaves a connection that nobody closes.
const SILENCE: Duration = Duration::from_secs(60);

/// Runs `argv` in a sandbox and answers the first line that it printed.
fn first_line_of(
    sandbox: Sandbox,
    argv: Vec<String>,
    env: &[(String, String)],
    cgroup: Option<&RunCgroup>,
) -> Result<String, Stop> {
    let spec = RunSpec {
        run: RunId([0; 16]),
        request: "warm-up".to_owned(),
        argv,
        prepared: None,
        env: env.to_vec(),
        files: Vec::new(),
        stdin: Vec::new(),
        stdin_open: false,
        limits: Limits {
            wall_ms: 10_000,
            cpu_ms: 10_000,
            memory_bytes: 256 << 20,
            processes: 64,
            output_bytes: 64 << 10,
            file_size_bytes: 1 << 20,
            disk_bytes: 16 << 20,
            open_files: 256,
        },
        stop_at_output_limit: false,
        collect: Collect::default(),
        following: Following::Nobody,
        terminal: None,
        core: None,
    };
    let taken = Taken {
        sandbox,
        waiting: None,
        waited: None,
        others: Others::default(),
    };
    let mut captured = Link::captured();
    let means = Means {
        cgroup,
        terminals: None,
    };
    let (outcome, used) = run::execute(&spec, taken, means, &mut captured)?;
    used.end(KILL_DEADLINE)?;
    if outcome.end != End::Exited(0) {
        return Err(Stop::Failed(Failure {
            step: "run the language's version command (is its toolchain installed?)",
            errno: libc::ENOENT,
        }));
    }
    let mut printed = Vec::new();
    for message in captured.take_captured()? {
        if let FromRunner::Output {
            stream: Stream::Stdout,
            bytes,
            ..
        } = message
        {
            printed.extend(bytes);
        }
    }
    let text = String::from_utf8_lossy(&printed);
    Ok(text.lines().next().unwrap_or_default().to_owned())
}

/// The last words, on the link where that still works.
fn complain(link: &mut Link, text: &str) {
    eprintln!("warmbox-supervisor: {text}");
    let last = FromRunner::Log {
        level: LogLevel::Error,
        run: None,
        request: String::new(),
        text: text.to_owned(),
    };
    let _ = link.queue(&last).and_then(|()| link.flush());
}
