//! Python's hello by what others use: the docker command, and the sandboxes that are installed
//! here.

use super::{Bench, programs::HELLO};
use anyhow::Context;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

/// The image that the docker engine's Python runners are made from.
const IMAGE: &str = "warmbox-python:latest";
/// Ways of a second or so take part in every fifth round.
const SLOW: u32 = 5;

/// A way of others, set up.
pub(crate) struct Peer {
    pub(crate) name: &'static str,
    pub(crate) every: u32,
    once: Box<dyn FnMut() -> anyhow::Result<Duration>>,
}

/// Or its name, and why it cannot be measured here.
pub(crate) type Found = Result<Peer, (&'static str, String)>;

impl Peer {
    fn new(
        name: &'static str,
        every: u32,
        once: impl FnMut() -> anyhow::Result<Duration> + 'static,
    ) -> Self {
        Self {
            name,
            every,
            once: Box::new(once),
        }
    }

    pub(crate) fn once(&mut self) -> anyhow::Result<Duration> {
        (self.once)()
    }
}

/// All of them; what docker does first.
pub(crate) fn all(bench: &Bench) -> Vec<Found> {
    let root = bench.root("python");
    vec![
        docker_exec(),
        docker_run(),
        bubblewrap(root.as_deref()),
        isolate(root.as_deref()),
        llm_sandbox(),
    ]
}

fn found(name: &'static str, peer: anyhow::Result<Peer>) -> Found {
    peer.map_err(|error| (name, format!("{error:#}")))
}

/// A file is copied into a container that is warm already, and executed there.
fn docker_exec() -> Found {
    let name = "`docker cp` and `docker exec` into a warm container";
    let start = || {
        let warm = Warm::start()?;
        let file = warm.folder.path().join("main.py");
        Ok(Peer::new(name, 1, move || {
            hello(|| {
                std::fs::write(&file, HELLO)?;
                let from = file.display().to_string();
                docker(&["cp", "-q", &from, &format!("{}:/tmp/main.py", warm.id)])?;
                docker(&["exec", &warm.id, "python3", "/tmp/main.py"])
            })
        }))
    };
    found(name, start())
}

/// A container for this program alone.
pub(crate) fn docker_run() -> Found {
    let name = "`docker run`";
    let run = |code: &str| {
        let mut words = vec!["run", "--rm", "--network", "none", "--entrypoint"];
        words.extend(["python3", IMAGE, "-c", code]);
        docker(&words)
    };
    let tried = run("").map(|_| Peer::new(name, SLOW, move || hello(|| run(HELLO))));
    found(name, tried)
}

/// Namespaces and mounts by bubblewrap, over the same root.
fn bubblewrap(root: Option<&Path>) -> Found {
    let name = "bubblewrap";
    let usr = root.map_or("/usr".into(), |root| root.join("usr"));
    let run = move || {
        let mut command = Command::new("bwrap");
        command
            .args([
                "--unshare-all",
                "--die-with-parent",
                "--clearenv",
                "--ro-bind",
            ])
            .arg(&usr)
            .args([
                "/usr",
                "--symlink",
                "usr/bin",
                "/bin",
                "--symlink",
                "usr/lib",
                "/lib",
            ])
            .args([
                "--symlink",
                "usr/lib64",
                "/lib64",
                "--proc",
                "/proc",
                "--dev",
                "/dev",
            ])
            .args([
                "--tmpfs",
                "/tmp",
                "--chdir",
                "/tmp",
                "/usr/bin/python3",
                "-c",
                HELLO,
            ]);
        output(&mut command)
    };
    let tried = run().map(|_| Peer::new(name, 1, move || hello(&run)));
    found(name, tried)
}

/// A box of isolate's, as judges use it: made, used once and cleaned up.
fn isolate(root: Option<&Path>) -> Found {
    let name = "isolate: init, run, cleanup";
    let folders = root.map(|root| {
        ["bin", "lib", "lib64", "usr"].map(|folder| {
            let inside = match folder {
                "usr" => root.join("usr"),
                other => root.join("usr").join(other),
            };
            format!("--dir={folder}={}", inside.display())
        })
    });
    let run = move || {
        let isolate = |words: &[&str]| {
            let mut command = Command::new("isolate");
            command.arg("--silent").args(words);
            output(&mut command)
        };
        isolate(&["--init"])?;
        let mut words = vec!["--processes"];
        words.extend(folders.iter().flatten().map(String::as_str));
        words.extend(["--run", "--", "/usr/bin/python3", "-c", HELLO]);
        let printed = isolate(&words)?;
        isolate(&["--cleanup"])?;
        Ok(printed)
    };
    let tried = run().map(|_| Peer::new(name, 1, move || hello(&run)));
    found(name, tried)
}

/// llm-sandbox's session on a container that it keeps, driven from its own Python.
fn llm_sandbox() -> Found {
    let name = "llm-sandbox, a session that is open already";
    let start = || {
        let mut session = Session::open()?;
        session.ask(HELLO)?;
        Ok(Peer::new(name, 1, move || hello(|| session.ask(HELLO))))
    };
    found(name, start())
}

/// Executes the code of each line that it is sent, and prints what that printed as a line.
const DRIVER: &str = "
import json, sys
from llm_sandbox import SandboxSession
with SandboxSession(lang='python', image=sys.argv[1], skip_environment_setup=True, runtime_configs={'command': 'sleep infinity'}) as session:
    print(json.dumps('open'), flush=True)
    for line in sys.stdin:
        print(json.dumps(session.run(json.loads(line)).stdout), flush=True)
";

struct Session {
    child: Child,
    /// Its end is how the session is asked to end and to remove its container.
    asks: Option<ChildStdin>,
    replies: BufReader<ChildStdout>,
}

impl Session {
    fn open() -> anyhow::Result<Self> {
        let find = "import llm_sandbox";
        let there = Command::new("python3").args(["-c", find]).output()?;
        anyhow::ensure!(there.status.success(), "it is not installed");
        let mut child = Command::new("python3")
            .args(["-c", DRIVER, IMAGE])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let asks = child.stdin.take();
        let replies = BufReader::new(child.stdout.take().context("no stdout")?);
        let mut session = Self {
            child,
            asks,
            replies,
        };
        let opened = session.reply()?;
        anyhow::ensure!(opened == "open", "it said {opened:?}");
        Ok(session)
    }

    fn ask(&mut self, code: &str) -> anyhow::Result<String> {
        let asks = self.asks.as_mut().context("it was closed")?;
        writeln!(asks, "{}", serde_json::to_string(code)?)?;
        self.reply()
    }

    fn reply(&mut self) -> anyhow::Result<String> {
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        serde_json::from_str(&line).with_context(|| format!("it said {line:?}"))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        drop(self.asks.take());
        let _ = self.child.wait();
    }
}

/// A container that waits to be used.
struct Warm {
    id: String,
    folder: tempfile::TempDir,
}

impl Warm {
    fn start() -> anyhow::Result<Self> {
        let mut words = vec!["run", "-d", "--network", "none", "--entrypoint", "sleep"];
        words.extend([IMAGE, "infinity"]);
        Ok(Self {
            id: docker(&words)?.trim().to_owned(),
            folder: tempfile::tempdir()?,
        })
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        let _ = docker(&["rm", "-f", &self.id]);
    }
}

fn hello(run: impl FnOnce() -> anyhow::Result<String>) -> anyhow::Result<Duration> {
    let start = Instant::now();
    let printed = run()?;
    let took = start.elapsed();
    anyhow::ensure!(printed == "1\n", "it printed {printed:?}");
    Ok(took)
}

fn docker(words: &[&str]) -> anyhow::Result<String> {
    output(Command::new("docker").args(words))
}

fn output(command: &mut Command) -> anyhow::Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let output = match command.stdin(Stdio::null()).output() {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            anyhow::bail!("{program} is not installed")
        }
        other => other?,
    };
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{program} ended with {}: {}",
        output.status,
        errors.trim()
    );
    Ok(String::from_utf8(output.stdout)?)
}
