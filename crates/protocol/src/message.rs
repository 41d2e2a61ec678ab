//! The messages themselves. Variants and fields are encoded by position: append, never
//! reorder, and raise [`PROTOCOL_VERSION`](crate::PROTOCOL_VERSION) with every change.

use crate::limits::{Limit, Limits};
use crate::plan::Plan;
use serde::{Deserialize, Serialize};
use std::fmt;

/// Names one run on the link and in every log line about it (a UUID's bytes).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RunId(pub [u8; 16]);

impl fmt::Display for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, byte) in self.0.iter().enumerate() {
            if matches!(i, 4 | 6 | 8 | 10) {
                f.write_str("-")?;
            }
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for RunId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// From the server to a supervisor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum ToRunner {
    /// The first message: how to build the outer wall.
    Plan(Plan),
    /// Executes one stage; only valid after `Ready`.
    Run(Box<RunSpec>),
    /// More standard input for the running program.
    Stdin {
        run: RunId,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// End of standard input.
    CloseStdin { run: RunId },
    /// Kills the run; `Finished` still follows.
    Cancel { run: RunId },
    /// Answered by `Pong` with the same number.
    Ping { nonce: u64 },
    /// A signal for the program, by its number.
    Signal { run: RunId, signal: i32 },
    /// A new size for the program's terminal.
    Resize { run: RunId, size: TerminalSize },
}

/// Everything needed to execute one program once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RunSpec {
    pub run: RunId,
    /// The request that this run serves, for log lines.
    pub request: String,
    /// Program and arguments; a program without a slash is looked up in `/usr/local/bin`,
    /// `/usr/bin` and `/bin`.
    pub argv: Vec<String>,
    /// A prepared interpreter that can go on with this, in the place of `argv`.
    pub prepared: Option<Prepared>,
    /// The whole environment: nothing else is added.
    pub env: Vec<(String, String)>,
    /// Placed in the work folder before the program starts.
    pub files: Vec<InputFile>,
    #[serde(with = "serde_bytes")]
    pub stdin: Vec<u8>,
    /// More standard input may follow in `Stdin` messages.
    pub stdin_open: bool,
    pub limits: Limits,
    /// Ends the run when a stream exceeds `limits.output_bytes`, instead of cutting its middle.
    pub stop_at_output_limit: bool,
    pub collect: Collect,
    /// Whether it is told how the run goes.
    pub following: Following,
    /// The standard streams are a terminal of this size; only of a runner that can make one.
    pub terminal: Option<TerminalSize>,
    /// Runs on this core alone, counted among those that the runner may use, and is told how long it
    /// had to wait for it.
    pub core: Option<u32>,
}

/// Who follows a run while it goes on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Following {
    Nobody,
    /// Somebody who sees what comes: of each stream the first `limits.output_bytes` are sent as they
    /// come, in the place of head and tail.
    Live,
    /// Somebody who may look: head and tail are sent, as to nobody.
    Aside,
}

/// In characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TerminalSize {
    pub rows: u16,
    pub columns: u16,
}

/// How a run is taken up by an interpreter that is started already.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Prepared {
    /// The name of one of the plan's parents. Where it does not stand, the first will do.
    pub parent: String,
    /// The program's arguments.
    pub args: Vec<String>,
}

/// A file to place: `path` is relative, without `..`, and already checked by the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InputFile {
    pub path: String,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
    pub executable: bool,
}

/// What to read out of the scratch folders once every process of the run is dead.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Collect {
    /// Exact paths, relative to the work folder.
    pub paths: Vec<String>,
    /// Endings (`png`, ...) of files in the work folder, new or changed, and everything in
    /// the figures folder.
    pub image_endings: Vec<String>,
    pub max_files: u32,
    pub max_bytes: u64,
    /// Files in the work folder whose paths match one of these, new or changed.
    pub globs: Vec<String>,
    pub max_outputs: u32,
    pub max_output_bytes: u64,
}

/// From a supervisor to the server.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum FromRunner {
    Hello(Hello),
    /// A fresh sandbox waits for a run.
    Ready,
    /// The program was started.
    Started {
        run: RunId,
    },
    /// What the program wrote. `seq` orders the chunks of both streams.
    Output {
        run: RunId,
        seq: u64,
        stream: Stream,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
    },
    /// A piece of a collected file; pieces of one file follow each other.
    File {
        run: RunId,
        origin: Origin,
        name: String,
        #[serde(with = "serde_bytes")]
        bytes: Vec<u8>,
        last: bool,
    },
    /// The run is over and nothing of it is alive.
    Finished {
        run: RunId,
        outcome: Outcome,
    },
    /// The sandbox could not be put up or entered: nothing of the user's was executed.
    Refused {
        run: RunId,
        step: String,
        errno: i32,
    },
    Log {
        level: LogLevel,
        run: Option<RunId>,
        request: String,
        text: String,
    },
    Pong {
        nonce: u64,
    },
    /// Only of a run that is followed: it waits for input, has had all that was sent, and more may
    /// come. Said once until it gets more.
    WaitsForInput {
        run: RunId,
    },
    /// Only of a run that is followed: so many bytes of what came in `Stdin` messages are no longer
    /// held by the runner.
    InputTaken {
        run: RunId,
        bytes: u64,
    },
    /// Only of a run that is followed: what it has used until now.
    Used {
        run: RunId,
        usage: Usage,
    },
}

/// What a supervisor says of itself, once, when it is warm.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Hello {
    pub protocol: u32,
    pub build: String,
    pub language: String,
    /// First line of the toolchain's own version output.
    pub toolchain: String,
    pub abilities: Abilities,
    /// The prepared interpreters that stand, or are being made, as people read it. No list: a runner
    /// sends none, so that nothing is allocated for it on its word.
    pub prepared: String,
}

/// What the kernel let this supervisor do, proved by doing it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Abilities {
    /// A fresh inner sandbox can be made for every run; without it a runner is used once.
    pub fresh_sandbox: bool,
    pub identity: Identity,
    pub memory_ceiling: MemoryCeiling,
    /// A run can have a terminal.
    pub terminal: bool,
}

/// Whose kernel identity user code gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Identity {
    /// A uid of its own, unlike the supervisor's and every other run's on this host.
    Unique,
    /// The supervisor's uid, in a user namespace of its own: all that a kernel grants an
    /// ordinary user without a range of subordinate ids.
    Shared,
}

/// What stops a run that uses too much memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum MemoryCeiling {
    CgroupV1,
    CgroupV2,
    /// The container's own cgroup holds every run to the ceiling of all runs; a lower limit is
    /// measured.
    Container,
    /// The supervisor measures every few milliseconds and kills.
    Measured,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Stream {
    Stdout,
    Stderr,
}

/// Where a collected file was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Origin {
    /// In the work folder.
    Work,
    /// A figure that was open when the program ended.
    Figure,
    /// In the work folder, by a glob.
    Output,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

/// How a run ended, and what it used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outcome {
    pub end: End,
    /// The limit that ended the run or that it ran into.
    pub limit: Option<Limit>,
    pub usage: Usage,
    /// Written by the program, kept or not.
    pub stdout_bytes: u64,
    pub stderr_bytes: u64,
    /// Of these, left out between head and tail.
    pub stdout_omitted: u64,
    pub stderr_omitted: u64,
    /// Files that were asked for and left out: too many, too large, not a plain file.
    pub files_omitted: u32,
    /// The same of those that were asked for by a glob.
    pub outputs_omitted: u32,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum End {
    Exited(i32),
    Signaled(i32),
    /// Ended by the supervisor at a limit.
    Stopped,
    /// Ended at the server's request.
    Cancelled,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    pub cpu_user_us: u64,
    pub cpu_system_us: u64,
    pub wall_us: u64,
    pub peak_memory_bytes: u64,
    pub processes_peak: u64,
    /// Handed to write calls, of whatever kind of file.
    pub written_bytes: u64,
    /// For how long the program's first thread was ready to run and its core was not its own; only of
    /// a run with a core, where the kernel tells.
    pub delayed_us: Option<u64>,
}
