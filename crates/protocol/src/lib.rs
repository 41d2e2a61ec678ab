//! The words that the server and its supervisors exchange, and how they are framed.
//!
//! The link is one ordered byte stream each way (the runner's stdin and stdout). A message
//! is a postcard value behind a four-byte little-endian length. The course of a runner's life:
//!
//! ```text
//! server                                   supervisor
//!   │  Plan ───────────────────────────────────▶ │  builds the outer wall
//!   │ ◀──────────────────────────────── Hello   │  warm, able to run
//!   │ ◀──────────────────────────────── Ready   │  a fresh sandbox waits
//!   │  Run ────────────────────────────────────▶ │
//!   │ ◀────────── Started, Output…, File…       │
//!   │ ◀────────── WaitsForInput, Used           │  of a run that is followed
//!   │  Stdin, CloseStdin, Signal, Resize ──────▶ │
//!   │  Cancel ─────────────────────────────────▶ │
//!   │ ◀───────────── Finished (or Refused)      │  the sandbox and all in it are dead
//!   │ ◀──────────────────────────────── Ready   │  the next sandbox waits
//!   │  (end of file) ──────────────────────────▶ │  exits
//! ```
//!
//! This crate does no I/O and holds no policy. Whoever decodes a message must treat every
//! size, count and text in it as hostile: see [`frame::Decoder`] for the one limit that is
//! checked here.

#![forbid(unsafe_code)]

pub mod frame;
pub mod limits;
pub mod message;
pub mod plan;

pub use limits::{Limit, Limits};
pub use message::{
    Abilities, Collect, End, Following, FromRunner, Hello, Identity, InputFile, LogLevel,
    MemoryCeiling, Origin, Outcome, Prepared, RunId, RunSpec, Stream, TerminalSize, ToRunner,
    Usage,
};
pub use plan::{IdentitySource, ParentPlan, Plan, RootSource, SupportFile};

/// Raised whenever a message changes shape; a runner with another number is refused at Hello.
pub const PROTOCOL_VERSION: u32 = 5;

/// What a keeper says on stderr when its runner ended so.
pub const OUT_OF_MEMORY: &str = "the kernel ended the supervisor, most likely for want of memory";

/// Names the sources that a binary was built from, so that a server never talks to a
/// supervisor of another build. Set by `build.rs`.
pub const BUILD_ID: &str = env!("WARMBOX_BUILD_ID");
