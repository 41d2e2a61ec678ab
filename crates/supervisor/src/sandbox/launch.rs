//! What the supervisor tells the first process of a sandbox to execute.

use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::BorrowedFd;
use warmbox_protocol::{Limits, frame};

use crate::sys::fd;

/// One program, ready to be executed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Launch {
    pub argv: Vec<String>,
    /// For the program that waits: it, and not `argv`, is what is started.
    pub waiting: Option<Go>,
    pub env: Vec<(String, String)>,
    pub limits: Limits,
    /// What the kernel's own limit on processes is set to. Where a cgroup counts them, and tells
    /// when it refused one, this is the second line and a little higher.
    pub process_rlimit: u64,
    /// A terminal for the standard streams follows.
    pub terminal: bool,
    /// The core that it runs on, counted among those that it may run on.
    pub core: Option<u32>,
}

/// What a program that waits is told.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Go {
    pub args: Vec<String>,
    /// There are other files in the work folder than the main one.
    pub company: bool,
}

impl Launch {
    pub fn send(&self, socket: BorrowedFd<'_>) -> io::Result<()> {
        let mut bytes = Vec::new();
        frame::encode(self, &mut bytes).map_err(io::Error::other)?;
        fd::write_all(socket, &bytes)
    }

    /// Waits for the order. End-of-file means that the sandbox is not needed.
    pub fn receive(socket: BorrowedFd<'_>) -> io::Result<Self> {
        let mut header = [0; frame::HEADER_BYTES];
        fd::read_exact(socket, &mut header)?;
        let size = frame::body_len(header, frame::MAX_TO_RUNNER).map_err(io::Error::other)?;
        let mut body = vec![0; size];
        fd::read_exact(socket, &mut body)?;
        frame::decode(&body).map_err(io::Error::other)
    }
}
