//! The same programs without warmbox: the interpreter and the compiler that sandboxes see, started
//! directly, by a process that has entered the toolchain's own root. So both sides have one
//! toolchain, and the bare side pays for nothing but its processes.

mod inside;

pub(crate) use inside::serve;

use anyhow::Context;
use serde::{Deserialize, Serialize};
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::Duration;

/// What this program is started with when it is to be the process inside.
pub(crate) const INSIDE: &str = "--inside";

/// Mounts are for the process inside alone: nobody else sees them, and they end with it.
const ENTER: &str = r#"mount -t tmpfs -o mode=1777 bench "$1/tmp" &&
mount --rbind /dev "$1/dev" && mount --rbind /proc "$1/proc" && exec "$2" "$3" "$1" /tmp"#;

/// What one side does once.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub(crate) struct Job {
    /// Written into the work folder, which lies in memory.
    pub(crate) files: Vec<(String, String)>,
    /// Executed one after the other.
    pub(crate) commands: Vec<Words>,
    /// A file that is read at the end.
    pub(crate) read: Option<String>,
}

/// A command: its words, and what it finds on standard input.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Words {
    argv: Vec<String>,
    stdin: String,
}

impl Words {
    pub(crate) fn new(argv: &[&str]) -> Self {
        Self::with_stdin(argv, "")
    }

    pub(crate) fn with_stdin(argv: &[&str], stdin: &str) -> Self {
        Self {
            argv: argv.iter().map(|word| (*word).to_owned()).collect(),
            stdin: stdin.to_owned(),
        }
    }
}

/// What a job came to.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Done {
    took: Duration,
    /// What each command printed.
    pub(crate) stdouts: Vec<String>,
    /// The size of the file that was read.
    pub(crate) read_bytes: usize,
}

impl Done {
    pub(crate) fn took(&self) -> Duration {
        self.took
    }

    /// What the last command printed.
    pub(crate) fn printed(&self) -> &str {
        self.stdouts.last().map_or("", String::as_str)
    }
}

#[derive(Debug, Serialize, Deserialize)]
enum Ask {
    Do(Job),
    /// The same command by so many at once, over and over, for so long.
    Crowd {
        command: Words,
        at_once: usize,
        time: Duration,
    },
}

#[derive(Debug, Serialize, Deserialize)]
enum Reply {
    Done(Done),
    /// Commands a second.
    Rate(f64),
    Failed(String),
}

/// The process inside, and the streams to it.
pub(crate) struct Bare {
    child: Child,
    asks: ChildStdin,
    replies: BufReader<ChildStdout>,
    /// The work folder on this machine's own root.
    _folder: Option<tempfile::TempDir>,
}

impl Bare {
    /// Enters an unpacked image; without one, works on this machine's own root.
    pub(crate) fn enter(root: Option<&Path>) -> anyhow::Result<Self> {
        let own = std::env::current_exe()?;
        let (mut command, folder) = match root {
            Some(root) => {
                let mut command = Command::new("unshare");
                if !is_root()? {
                    command.args(["--user", "--map-root-user"]);
                }
                command
                    .args(["--mount", "--propagation", "private", "/bin/sh", "-c"])
                    .args([ENTER, "sh"])
                    .args([root, &own])
                    .arg(INSIDE);
                (command, None)
            }
            None => {
                let folder = tempfile::TempDir::with_prefix_in("warmbox-bench-", "/dev/shm")
                    .context("no folder can be made in /dev/shm, which must be a tmpfs")?;
                let mut command = Command::new(own);
                command.args([INSIDE, "/"]).arg(folder.path());
                (command, Some(folder))
            }
        };
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .context("the bare side cannot be started")?;
        let asks = child.stdin.take().context("no stdin")?;
        let replies = BufReader::new(child.stdout.take().context("no stdout")?);
        Ok(Self {
            child,
            asks,
            replies,
            _folder: folder,
        })
    }

    pub(crate) fn run(&mut self, job: &Job) -> anyhow::Result<Done> {
        match self.ask(&Ask::Do(job.clone()))? {
            Reply::Done(done) => Ok(done),
            other => anyhow::bail!("the bare side: {other:?}"),
        }
    }

    /// Commands a second by `at_once` processes at a time.
    pub(crate) fn crowd(
        &mut self,
        command: &Words,
        at_once: usize,
        time: Duration,
    ) -> anyhow::Result<f64> {
        let command = command.clone();
        match self.ask(&Ask::Crowd {
            command,
            at_once,
            time,
        })? {
            Reply::Rate(rate) => Ok(rate),
            other => anyhow::bail!("the bare side: {other:?}"),
        }
    }

    /// The first line that a command prints.
    pub(crate) fn first_line(&mut self, argv: &[&str]) -> anyhow::Result<String> {
        let done = self.run(&Job {
            commands: vec![Words::new(argv)],
            ..Job::default()
        })?;
        Ok(done.printed().lines().next().unwrap_or_default().to_owned())
    }

    fn ask(&mut self, ask: &Ask) -> anyhow::Result<Reply> {
        writeln!(self.asks, "{}", serde_json::to_string(ask)?)?;
        let mut line = String::new();
        self.replies.read_line(&mut line)?;
        let reply = serde_json::from_str(&line);
        reply.with_context(|| format!("the bare side said {line:?}"))
    }
}

fn is_root() -> anyhow::Result<bool> {
    use std::os::unix::fs::MetadataExt;
    Ok(std::fs::metadata("/proc/self")?.uid() == 0)
}

impl Drop for Bare {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
