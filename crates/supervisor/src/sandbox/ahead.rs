//! A program that is started before its run arrives, so that what an interpreter does before it
//! looks at a program is done when one comes.
//!
//! It is executed in the fresh sandbox as any program is, with its own identity and its filter,
//! and then waits on a socket: it says that it does, and goes on when the socket is closed. Nothing
//! of a user's is in the sandbox until then; one program waits for one run. It is the language's
//! own files that make it wait (see `runner-images/python/support`). A run with arguments is
//! started as any other: nobody can give them to a program that is started already.

use super::program::{self, Prepared, When};
use super::{Blueprint, Inside, Launch};
use crate::failure::{Failure, Step};
use crate::sys::{fd, process};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// From the start of a program to its word that it waits.
const WAITS_BY_MS: i32 = 5_000;

/// A program that waits for its run.
pub(super) struct Waiting {
    pid: i32,
    pidfd: OwnedFd,
    socket: OwnedFd,
}

impl Waiting {
    /// Starts the language's program ahead, where it has one. A language whose program does not
    /// come to wait loses nothing but time: its runs are started as any others.
    pub(super) fn start(inside: &Inside, blueprint: &Blueprint) -> Option<Self> {
        let ahead = blueprint.ahead.as_ref()?;
        let prepared = Prepared::new(&ahead.argv, &ahead.env).ok()?;
        let (socket, socket_inside) = fd::socket_pair().ok()?;
        let (pid, pidfd) = match process::clone(0).ok()? {
            process::Cloned::Child => {
                drop(socket);
                let when = When::Ahead(&socket_inside);
                // Told by the end of its socket.
                let Err(_) = prepared.become_program(inside, &blueprint.filter, &when);
                process::exit_now(1);
            }
            process::Cloned::Parent { pid, pidfd } => (pid, pidfd),
        };
        drop(socket_inside);
        let waiting = Self { pid, pidfd, socket };
        match waiting.says_so() {
            true => Some(waiting),
            false => {
                waiting.end();
                None
            }
        }
    }

    /// What it wrote while it started.
    pub(super) fn written_bytes(&self) -> u64 {
        let counters = process::io_counters(&self.pid.to_string());
        counters.map_or(0, |counters| process::written_bytes(&counters))
    }

    fn says_so(&self) -> bool {
        let mut fds = [fd::poll_entry(self.socket.as_raw_fd(), libc::POLLIN)];
        let mut byte = [0];
        fd::poll(&mut fds, WAITS_BY_MS).is_ok()
            && fds[0].revents != 0
            && matches!(fd::read(self.socket.as_fd(), &mut byte), Ok(1))
    }

    /// Sends it on its way, within the run's limits; answers its pid. The end of the socket, which
    /// goes with `self`, is what it waits for.
    pub(super) fn go(self, launch: &Launch) -> Result<i32, Failure> {
        program::limit(self.pid, launch).step("set the resource limits")?;
        program::limit_open_files(self.pid, launch).step("set the limit on open files")?;
        Ok(self.pid)
    }

    /// Ends it unused.
    pub(super) fn end(self) {
        let _ = process::kill(&self.pidfd);
        let _ = process::wait(self.pid, true);
    }
}
