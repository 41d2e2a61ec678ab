//! What every test needs: a server of its own or a shared one, a client, and a view of the
//! processes and containers of this machine.

pub(crate) mod containers;
mod expect;
mod http;
mod live;
pub(crate) mod processes;
mod server;
mod setup;
mod supervised;

pub(crate) use expect::{check, mismatch};
pub(crate) use http::{Reply, read_to_end};
pub(crate) use live::text_of;
pub(crate) use server::{
    Options, Server, open_folder, program, program_under, supervisor, weakened,
};
pub(crate) use setup::{Setup, root, setups, usual};
pub(crate) use supervised::{Supervised, encoded, supervise};

use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// Every language that is built in.
pub(crate) const LANGUAGES: [&str; 5] = ["bash", "c", "cpp", "javascript", "python"];

/// One runner of Python: what comes from one run to the next would be seen.
pub(crate) const ONE_PYTHON: [&str; 6] = [
    "--languages",
    "python",
    "--min-idle",
    "1",
    "--max-runners",
    "1",
];

/// Polls until `probe` answers, and fails with `what` when it has not by the deadline.
pub(crate) fn wait_for<T>(
    deadline: Duration,
    what: &str,
    mut probe: impl FnMut() -> Option<T>,
) -> T {
    let start = Instant::now();
    loop {
        if let Some(found) = probe() {
            return found;
        }
        assert!(
            start.elapsed() < deadline,
            "waited {deadline:?} in vain: {what}"
        );
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// What a command does until it has ended, or the deadline has come.
pub(crate) fn output_of(command: &mut Command, deadline: Duration) -> Output {
    let command = command.stdout(Stdio::piped()).stderr(Stdio::piped());
    finish(command.spawn().expect("it starts"), deadline)
}

/// Waits until a command has ended, and ends it at the deadline.
pub(crate) fn finish(mut child: Child, deadline: Duration) -> Output {
    let start = Instant::now();
    // While it runs: it would wait for room in its pipes.
    let stdout = child.stdout.take().map(read_aside);
    let stderr = child.stderr.take().map(read_aside);
    while child.try_wait().expect("it is our child").is_none() {
        if start.elapsed() > deadline {
            let _ = child.kill();
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    let whole = |reading: Option<JoinHandle<Vec<u8>>>| {
        let read = reading.map(|it| it.join().expect("it can be read"));
        read.unwrap_or_default()
    };
    let output = Output {
        status: child.wait().expect("it is our child"),
        stdout: whole(stdout),
        stderr: whole(stderr),
    };
    let ended = start.elapsed() < deadline;
    assert!(ended, "it did not end within {deadline:?}: {output:?}");
    output
}

fn read_aside(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    std::thread::spawn(move || {
        let mut bytes = Vec::new();
        pipe.read_to_end(&mut bytes).expect("it can be read");
        bytes
    })
}

/// A program of `tests/attacks/probe/`.
pub(crate) fn probe_code(name: &str) -> String {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks/probe");
    std::fs::read_to_string(folder.join(name)).expect("the probe is there")
}

/// A name that no other process and no other test has. It is told apart by its beginning, for
/// where only so much is kept of it; see [`processes::marked`].
pub(crate) fn marker(what: &str) -> String {
    use std::sync::atomic::{AtomicU32, Ordering};
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    format!("t{number}-{}-{what}", std::process::id())
}

/// Runs the test with a server of each setup, which other tests may use at the same time.
pub(crate) fn on_each_setup(test: impl Fn(&Server)) {
    for setup in setups() {
        let server = Server::shared(setup);
        eprintln!("with {setup:?}");
        test(&server);
    }
}
