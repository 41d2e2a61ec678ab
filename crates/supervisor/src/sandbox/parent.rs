//! A prepared interpreter: started once for a runner, with what programs import already imported,
//! and forked for every sandbox before a run arrives. It never sees anything of a user's.
//!
//! Two halves. [`Parent`] is the supervisor's: it starts the interpreter and asks it for first
//! processes of sandboxes. [`serve`] is the interpreter's, which reaches it through
//! `crates/prepared`: a fork of it goes through the same recipe ([`enter`]) as a fork of the
//! supervisor does, and the same code puts up the walls.

use super::enter;
use super::program::{self, Executable};
use super::{Blueprint, Inside, NAMESPACES};
use crate::failure::{Failure, Step};
use crate::sys::process::Forked;
use crate::sys::{caps, fd, process};
use crate::without::build_id;
use std::io;
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd, RawFd};

/// Where a parent finds its supervisor.
const SOCKET: RawFd = 3;
/// The build id of the library in it, padded with zeroes: the first word of a parent that is ready.
const READY_BYTES: usize = 64;
/// From an order to the number of the new process.
const FORK_DEADLINE_MS: i32 = 5_000;
/// Of what a parent complains about.
const COMPLAINT_BYTES: usize = 2048;

/// An order: fork the first process of a sandbox, whose program has an identity of its own or not.
/// The descriptors of [`Inside`] come along; the answer is the new process's number.
const UNIQUE: u8 = b'U';
const SHARED: u8 = b'S';

/// An interpreter that was started, as its supervisor sees it.
pub struct Parent {
    pub name: String,
    pid: i32,
    pidfd: OwnedFd,
    socket: OwnedFd,
    errors: OwnedFd,
    /// What it may write to while it prepares; nobody reads it.
    _output: OwnedFd,
}

/// How far a parent is.
pub enum Stand {
    Ready,
    NotYet,
    /// It will never be ready; what it said.
    Gone(String),
}

impl Parent {
    /// Starts one. It is of use once it stands.
    pub fn start(name: &str, argv: &[String], env: &[(String, String)]) -> Result<Self, Failure> {
        let executable = Executable::new(argv, env)?;
        let (socket, socket_inside) = fd::socket_pair().step("make a parent's socket")?;
        // Pipes, as its children will have: an interpreter looks at what its streams are.
        let pipes = || Ok::<_, io::Error>((fd::pipe()?, fd::pipe()?, fd::pipe()?));
        let (stdin, stdout, stderr) = pipes().step("make a parent's pipes")?;
        let cloned = process::clone(0).step("fork a parent")?;
        let process::Cloned::Parent { pid, pidfd } = cloned else {
            let streams = [(&stdin.0, 0), (&stdout.1, 1), (&stderr.1, 2)];
            let connected = streams
                .iter()
                .try_for_each(|(ours, number)| fd::duplicate_to(ours.as_fd(), *number))
                .and_then(|()| fd::duplicate_to(socket_inside.as_fd(), SOCKET))
                .and_then(|()| fd::close_on_exec_from(SOCKET as u32 + 1))
                .and_then(|()| std::env::set_current_dir("/work"))
                .and_then(|()| caps::keep_only(&[]))
                .and_then(|()| caps::die_with_parent())
                .and_then(|()| process::be_nice(program::NICENESS))
                .and_then(|()| process::reset_signals());
            if connected.is_ok() {
                executable.replace_process();
            }
            process::exit_now(1);
        };
        fd::set_nonblocking(stderr.0.as_fd()).step("make a parent's pipes")?;
        Ok(Self {
            name: name.to_owned(),
            pid,
            pidfd,
            socket,
            errors: stderr.0,
            _output: stdout.0,
        })
    }

    /// Its number, which is no run's.
    pub fn pid(&self) -> u32 {
        self.pid as u32
    }

    /// What it holds in memory.
    pub fn resident_bytes(&self) -> u64 {
        process::resident_bytes(self.pid)
    }

    /// Readable when it is ready, or gone.
    pub fn descriptor(&self) -> RawFd {
        self.socket.as_raw_fd()
    }

    /// Waits until it is ready, for so long at most.
    pub fn stand(&self, wait_ms: i32) -> Stand {
        let mut fds = [fd::poll_entry(self.socket.as_raw_fd(), libc::POLLIN)];
        if fd::poll(&mut fds, wait_ms).is_err() || fds[0].revents == 0 {
            return Stand::NotYet;
        }
        let mut said = [0; READY_BYTES];
        if fd::read_exact(self.socket.as_fd(), &mut said).is_err() {
            return Stand::Gone(self.complaint());
        }
        let theirs = String::from_utf8_lossy(&said);
        match theirs.trim_end_matches('\0') {
            theirs if theirs == build_id() => Stand::Ready,
            theirs => Stand::Gone(format!("its library is of build {theirs}")),
        }
    }

    /// What it wrote to standard error.
    fn complaint(&self) -> String {
        let mut bytes = [0; COMPLAINT_BYTES];
        let got = fd::read(self.errors.as_fd(), &mut bytes).unwrap_or(0);
        String::from_utf8_lossy(&bytes[..got]).trim().to_owned()
    }

    /// Has it fork the first process of a sandbox, which is the supervisor's own child.
    pub(super) fn fork(&self, inside: &Inside, unique: bool) -> Result<(i32, OwnedFd), Failure> {
        let order = [if unique { UNIQUE } else { SHARED }];
        let fds = inside.descriptors().map(AsFd::as_fd);
        fd::send_fds(self.socket.as_fd(), &order, &fds).step("ask a parent for a fork")?;
        let mut ready = [fd::poll_entry(self.socket.as_raw_fd(), libc::POLLIN)];
        fd::poll(&mut ready, FORK_DEADLINE_MS).step("wait for a parent")?;
        if ready[0].revents == 0 {
            return Err(Failure {
                step: "wait for a parent",
                errno: libc::ETIMEDOUT,
            });
        }
        let mut answer = [0; 4];
        fd::read_exact(self.socket.as_fd(), &mut answer).step("hear from a parent")?;
        match i32::from_le_bytes(answer) {
            errno if errno <= 0 => Err(Failure {
                step: "make the namespaces of the sandbox in a parent",
                errno: -errno,
            }),
            pid => Ok((
                pid,
                process::open_pidfd(pid).step("find the fork of a parent")?,
            )),
        }
    }
}

impl Drop for Parent {
    fn drop(&mut self) {
        let _ = process::kill(&self.pidfd);
        let _ = process::wait(self.pid, true);
    }
}

/// How an interpreter forks itself, so that the copy is one that can go on.
pub type Fork<'a> = &'a dyn Fn() -> io::Result<Forked>;

/// In a parent: says that it is ready, and serves its supervisor until that is gone. Returns only
/// in a fork that is a program on its way, what it was told: a byte, `G` when its main file is alone
/// in the work folder and `C` when it is not, and its arguments, each ended by a zero byte.
pub fn serve(blueprint: &Blueprint, fork: Fork<'_>) -> Result<Vec<u8>, Failure> {
    // SAFETY: `Parent::start` has connected it, and nobody else here knows the number.
    let socket = unsafe { OwnedFd::from_raw_fd(SOCKET) };
    caps::set_dumpable(false).step("forbid tracing")?;
    let mut ready = [0; READY_BYTES];
    let id = build_id();
    let id = &id.as_bytes()[..id.len().min(READY_BYTES)];
    ready[..id.len()].copy_from_slice(id);
    fd::write_all(socket.as_fd(), &ready).step("say that the parent is ready")?;
    loop {
        let Ok((order, fds)) = fd::receive_fds(socket.as_fd()) else {
            process::exit_now(0);
        };
        let Some(inside) = Inside::from_descriptors(fds) else {
            process::exit_now(1);
        };
        // As the supervisor does when it forks: only a dumpable process's maps can be written.
        caps::set_dumpable(true).step("open the identity maps")?;
        let number = match process::clone(NAMESPACES | libc::CLONE_PARENT) {
            Ok(process::Cloned::Child) => {
                std::mem::forget(socket); // closed with everything else on the way in
                return Ok(enter::run(inside, blueprint, order == UNIQUE, Some(fork)));
            }
            Ok(process::Cloned::Parent { pid, .. }) => pid,
            Err(error) => -error.raw_os_error().unwrap_or(libc::EIO),
        };
        drop(inside);
        caps::set_dumpable(false).step("close the identity maps")?;
        fd::write_all(socket.as_fd(), &number.to_le_bytes()).step("answer the supervisor")?;
    }
}
