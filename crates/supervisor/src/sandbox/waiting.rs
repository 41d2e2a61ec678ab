//! A program that is there before its run arrives, so that what comes before its first instruction is
//! done when it does: a process that will execute what it is told, or a fork of a prepared interpreter,
//! which will open its main file.
//!
//! It enters the fresh sandbox as any program does ([`program::enter`]) and waits on a socket. It
//! says that it does; what it is told and the end of the socket send it on its way. Nothing of a
//! user's is in the sandbox until then; one program waits for one run.

use super::parent::Fork;
use super::program::{self, CANNOT_EXECUTE, Executable, WAITING_FD, When};
use super::{Blueprint, Go, Inside, Launch, shadow};
use crate::failure::{Failure, Step};
use crate::sys::process::Forked;
use crate::sys::{fd, process};
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::time::Duration;
use warmbox_protocol::frame;

/// From the fork to its word that it waits.
const WAITS_BY_MS: i32 = 5_000;
/// The first byte for an interpreter that goes, its program alone in its folder or not.
const GO: [u8; 2] = [b'G', b'C'];
/// And for what executes a program. The end of the socket without one means that nobody needs it.
const EXECUTE: u8 = b'X';

/// A program that waits for its run, as the first process of its sandbox sees it.
pub(super) struct Waiting {
    pid: i32,
    /// A fork of an interpreter.
    prepared: bool,
    socket: OwnedFd,
    /// Bytes that it wrote while it started, and the CPU time that this took.
    pub(super) written: u64,
    pub(super) spent: Duration,
}

/// What [`fork`] returns, on both sides.
pub(super) enum Side {
    First(Option<Waiting>),
    /// The program itself, on its way, and what it was told: see [`super::parent::serve`].
    Program(Vec<u8>),
}

/// Forks the program that will wait: by `fork`, where it is an interpreter's. Where that does not work
/// nothing is lost but time: runs are started as any others.
pub(super) fn fork(inside: &Inside, blueprint: &Blueprint, fork: Option<Fork<'_>>) -> Side {
    let Ok((socket, socket_inside)) = fd::socket_pair() else {
        return Side::First(None);
    };
    let prepared = fork.is_some();
    match fork.unwrap_or(&process::fork)() {
        Err(_) => Side::First(None),
        Ok(Forked::Child) => {
            let later = When::Later {
                socket: &socket_inside,
                prepared,
            };
            let entered = program::enter(inside, &blueprint.filter, &later);
            // They are closed already, and their numbers are the program's.
            std::mem::forget((socket, socket_inside));
            if prepared && entered.is_ok() {
                let _ = shadow::make();
            }
            match entered.map(|()| await_go()) {
                Ok(Ok(Some(told))) if prepared => Side::Program(told),
                Ok(Ok(Some(told))) => execute(&told),
                // Told by the end of its socket, where anybody waits for it.
                Ok(Ok(None)) => process::exit_now(0),
                _ => process::exit_now(1),
            }
        }
        Ok(Forked::Parent { pid }) => {
            drop(socket_inside);
            let mut waiting = Waiting {
                pid,
                prepared,
                socket,
                written: 0,
                spent: Duration::ZERO,
            };
            if waiting.says_so() {
                let counters = process::io_counters(&pid.to_string());
                waiting.written = counters.map_or(0, |it| process::written_bytes(&it));
                waiting.spent = process::cpu_of(pid);
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
    let goes = |first: &u8| GO.contains(first) || *first == EXECUTE;
    Ok(said.first().is_some_and(goes).then_some(said))
}

/// In the program: becomes what it was told.
fn execute(told: &[u8]) -> ! {
    let command = told.get(1 + frame::HEADER_BYTES..).unwrap_or_default();
    let decoded = frame::decode::<Command>(command);
    let executable = decoded.map(|(argv, env)| Executable::new(&argv, &env));
    if let Ok(Ok(executable)) = executable
        && process::reset_signals().is_ok()
    {
        executable.replace_process();
    }
    process::exit_now(CANNOT_EXECUTE)
}

/// A command line and its environment, on their way to a program that waits.
type Command = (Vec<String>, Vec<(String, String)>);

impl Waiting {
    fn says_so(&self) -> bool {
        let mut fds = [fd::poll_entry(self.socket.as_raw_fd(), libc::POLLIN)];
        let mut byte = [0];
        fd::poll(&mut fds, WAITS_BY_MS).is_ok()
            && fds[0].revents != 0
            && matches!(fd::read(self.socket.as_fd(), &mut byte), Ok(1))
    }

    /// Whether it is of use for a run: an interpreter where its program is to be opened by it; nothing
    /// where there is to be a terminal, as its streams are connected.
    pub(super) fn suits(&self, launch: &Launch) -> bool {
        !launch.terminal && self.prepared == launch.waiting.is_some()
    }

    /// Sends it on its way, within the run's limits; answers its pid.
    pub(super) fn go(self, launch: &Launch) -> Result<i32, Failure> {
        program::limit(self.pid, launch).step("set the resource limits")?;
        program::limit_open_files(self.pid, launch).step("set the limit on open files")?;
        let words = match &launch.waiting {
            Some(go) => words_for_interpreter(go),
            None => {
                let command: Command = (launch.argv.clone(), launch.env.clone());
                let mut words = vec![EXECUTE];
                (frame::encode(&command, &mut words).map_err(io::Error::other))
                    .step("send the program on its way")?;
                words
            }
        };
        fd::write_all(self.socket.as_fd(), &words).step("send the program on its way")?;
        Ok(self.pid)
    }

    /// Ends it unused: it goes with the socket.
    pub(super) fn end(self) {
        drop(self.socket);
        let _ = process::wait(self.pid, true);
    }
}

/// See [`super::parent::serve`].
fn words_for_interpreter(go: &Go) -> Vec<u8> {
    let mut words = vec![GO[usize::from(go.company)]];
    for arg in &go.args {
        words.extend_from_slice(arg.as_bytes());
        words.push(0);
    }
    words
}
