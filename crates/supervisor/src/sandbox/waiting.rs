//! A program that is there before its run arrives: a fork of a prepared interpreter, so that what
//! an interpreter does before it looks at a program is done when one comes.
//!
//! It enters the fresh sandbox as any program does ([`program::enter`]) and waits on a socket. It
//! says that it does; the arguments and the end of the socket send it on its way. Nothing of a user's
//! is in the sandbox until then; one program waits for one run.

use super::parent::{Fork, Forked};
use super::program::{self, WAITING_FD, When};
use super::{Blueprint, Go, Inside, Launch};
use crate::failure::{Failure, Step};
use crate::sys::{fd, process};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};

/// From the fork to its word that it waits.
const WAITS_BY_MS: i32 = 5_000;
/// The first byte for a program that goes, alone in its folder or not: the end of the socket without
/// one means that nobody needs it.
const GO: [u8; 2] = [b'G', b'C'];

/// A program that waits for its run, as the first process of its sandbox sees it.
pub(super) struct Waiting {
    pid: i32,
    socket: OwnedFd,
}

/// What [`fork`] returns, on both sides.
pub(super) enum Side {
    First(Option<Waiting>),
    /// The program itself, on its way, and what it was told: see [`super::parent::serve`].
    Program(Vec<u8>),
}

/// Forks the program that will wait. Where that does not work nothing is lost but time: runs are
/// started as any others.
pub(super) fn fork(inside: &Inside, blueprint: &Blueprint, fork: Fork<'_>) -> Side {
    let Ok((socket, socket_inside)) = fd::socket_pair() else {
        return Side::First(None);
    };
    match fork() {
        Err(_) => Side::First(None),
        Ok(Forked::Child) => {
            let entered = program::enter(inside, &blueprint.filter, &When::Later(&socket_inside));
            // They are closed already, and their numbers are the program's.
            std::mem::forget((socket, socket_inside));
            match entered.map(|()| await_go()) {
                Ok(Ok(Some(told))) => Side::Program(told),
                // Told by the end of its socket, where anybody waits for it.
                Ok(Ok(None)) => process::exit_now(0),
                _ => process::exit_now(1),
            }
        }
        Ok(Forked::Parent { pid }) => {
            drop(socket_inside);
            let waiting = Waiting { pid, socket };
            if waiting.says_so() {
                return Side::First(Some(waiting));
            }
            waiting.end();
            Side::First(None)
        }
    }
}

/// In the program: says that it waits, and waits. `None`: it is not needed.
fn await_go() -> io::Result<Option<Vec<u8>>> {
    // SAFETY: `enter` has connected it, and nobody else here knows the number.
    let socket = unsafe { BorrowedFd::borrow_raw(WAITING_FD) };
    fd::write_all(socket, b"w")?;
    let mut said = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match fd::read(socket, &mut buffer)? {
            0 => break,
            got => said.extend_from_slice(&buffer[..got]),
        }
    }
    fd::close_from(WAITING_FD as u32)?;
    Ok((said.first().is_some_and(|first| GO.contains(first))).then_some(said))
}

impl Waiting {
    /// What it wrote while it started.
    pub(super) fn written_bytes(&self) -> u64 {
        let counters = process::io_counters(&self.pid.to_string());
        counters.map_or(0, |counters| process::written_bytes(&counters))
    }

    /// CPU time that it used until now.
    pub(super) fn cpu_us(&self) -> u64 {
        process::cpu_us_of(self.pid)
    }

    fn says_so(&self) -> bool {
        let mut fds = [fd::poll_entry(self.socket.as_raw_fd(), libc::POLLIN)];
        let mut byte = [0];
        fd::poll(&mut fds, WAITS_BY_MS).is_ok()
            && fds[0].revents != 0
            && matches!(fd::read(self.socket.as_fd(), &mut byte), Ok(1))
    }

    /// Sends it on its way, within the run's limits; answers its pid.
    pub(super) fn go(self, launch: &Launch, go: &Go) -> Result<i32, Failure> {
        program::limit(self.pid, launch).step("set the resource limits")?;
        program::limit_open_files(self.pid, launch).step("set the limit on open files")?;
        let mut words = vec![GO[usize::from(go.company)]];
        for arg in &go.args {
            words.extend_from_slice(arg.as_bytes());
            words.push(0);
        }
        fd::write_all(self.socket.as_fd(), &words).step("send the program on its way")?;
        Ok(self.pid)
    }

    /// Ends it unused: it goes with the socket.
    pub(super) fn end(self) {
        drop(self.socket);
        let _ = process::wait(self.pid, true);
    }
}
