//! The inner wall: one fresh sandbox for every run, prepared before the run arrives.
//!
//! [`Sandbox::prepare`] forks the run's first process into new namespaces and waits until it
//! has put up its mounts ([`enter`]); [`Sandbox::launch`] tells it what to execute. From then
//! on that process only reaps ([`init`]); when it dies, the kernel kills every process of its
//! pid namespace and drops every mount with it. Nothing is cleaned by hand.

mod enter;
pub mod identity;
mod init;
mod launch;
mod mounts;
mod parent;
mod program;
mod report;
mod shadow;
mod waiting;

pub use crate::sys::process::Forked;
pub use identity::{IdSource, RunIds};
pub use launch::{Go, Launch};
pub use mounts::inodes_of;
pub use parent::{Fork, Parent, Stand, serve};
pub use report::Report;
pub use shadow::Shadow;

use crate::failure::{Failure, Step};
use crate::seccomp::{Filter, Listener};
use crate::sys::process::Used;
use crate::sys::terminal::Terminal;
use crate::sys::{caps, fd, ids, process};
use mounts::Masks;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// How long the preparation of a sandbox or the start of a program may take before the
/// sandbox is given up. Both take about a millisecond.
const STEP_DEADLINE_MS: i32 = 10_000;

/// Everything a sandbox needs that can be made once, long before any run.
pub struct Blueprint {
    filter: Filter,
    masks: Masks,
}

impl Blueprint {
    /// By what this kernel and this root offer.
    pub fn find() -> Self {
        Self {
            filter: Filter::for_user_code(),
            masks: Masks::find(),
        }
    }
}

/// A sandbox whose walls stand and in which nothing of the user's has run.
///
/// Dropping it kills its first process, and with that everything inside.
pub struct Sandbox {
    pub pid: i32,
    pub pidfd: OwnedFd,
    pub control: OwnedFd,
    /// To the program, and from it. A terminal is both, and then the last is at its end.
    pub stdin: Option<OwnedFd>,
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
    /// Of the program's standard input.
    pub input: fd::Identity,
    /// The scratch tmpfs, as a folder: `work`, `tmp`, `shm` and `figures` lie in it.
    pub scratch: OwnedFd,
    pub ids: RunIds,
    /// The program that waits inside, where there is one.
    pub waiting: Option<u32>,
    /// Of that program.
    pub shadow: Option<Shadow>,
    /// Of that program.
    listener: Option<Listener>,
    reaped: bool,
}

/// A program that was executed.
pub struct Launched {
    /// CPU time that the first process had used until then, and that is not the program's.
    pub user_us: u64,
    pub system_us: u64,
    /// Tells of writes to standard error, where the kernel allows it.
    pub listener: Option<Listener>,
}

/// The child's ends of what connects it to the supervisor.
struct Inside {
    control: OwnedFd,
    stdin: OwnedFd,
    stdout: OwnedFd,
    stderr: OwnedFd,
}

impl Inside {
    fn descriptors(&self) -> [&OwnedFd; 4] {
        [&self.control, &self.stdin, &self.stdout, &self.stderr]
    }

    /// The same with a terminal for the standard streams, which is about to arrive.
    fn on_terminal(&self) -> io::Result<Self> {
        let (_, terminal) = fd::receive_fd(self.control.as_fd())?;
        let terminal = terminal.ok_or(io::ErrorKind::InvalidData)?;
        Ok(Self {
            control: self.control.try_clone()?,
            stdin: terminal.try_clone()?,
            stdout: terminal.try_clone()?,
            stderr: terminal,
        })
    }

    /// The same in another process, where they arrived in this order.
    fn from_descriptors(fds: Vec<OwnedFd>) -> Option<Self> {
        let [control, stdin, stdout, stderr] = fds.try_into().ok()?;
        Some(Self {
            control,
            stdin,
            stdout,
            stderr,
        })
    }
}

const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

impl Sandbox {
    /// Puts up a sandbox with identities of its own. With a parent that stands, a fork of it waits
    /// inside.
    pub fn prepare(
        blueprint: &Blueprint,
        source: &mut IdSource,
        parent: Option<&Parent>,
    ) -> Result<Self, Failure> {
        let ids = source.take();
        // The pipes belong to the run's identity, so that programs may open /dev/stdout.
        let pipes = ids::with_file_ids(ids.program, ids.program_gid, || {
            Ok::<_, io::Error>((fd::pipe()?, fd::pipe()?, fd::pipe()?))
        });
        let (stdin, stdout, stderr) = pipes
            .and_then(|made| made)
            .step("make the pipes of the program")?;
        let (control, control_inside) = fd::socket_pair().step("make the control socket")?;
        let inside = Inside {
            control: control_inside,
            stdin: stdin.0,
            stdout: stdout.1,
            stderr: stderr.1,
        };

        // Only a dumpable process's maps can be written, and a fork inherits the mark. No user
        // code is alive in this runner now, and other runners cannot name this process.
        caps::set_dumpable(true).step("open the identity maps")?;
        let forked = match parent {
            Some(parent) => parent.fork(&inside, ids.unique()),
            None => match process::clone(NAMESPACES) {
                Ok(process::Cloned::Parent { pid, pidfd }) => Ok((pid, pidfd)),
                Ok(process::Cloned::Child) => {
                    drop((control, stdin.1, stdout.0, stderr.0));
                    enter::run(inside, blueprint, ids.unique(), None);
                    process::exit_now(1);
                }
                Err(error) => Err(error).step("make the namespaces of the sandbox"),
            },
        };
        let (pid, pidfd) = forked?;
        drop(inside);
        let mapped = ids.write_maps(pid);
        let closed = caps::set_dumpable(false).step("close the identity maps");

        let walls = mapped
            .and(closed)
            .and_then(|()| await_walls(control.as_fd()));
        let (scratch, listener) = match walls {
            Ok(walls) => walls,
            Err(failure) => {
                let _ = process::kill(&pidfd);
                let _ = process::wait(pid, true);
                return Err(failure);
            }
        };
        let input = fd::Identity::of(stdin.1.as_fd()).step("make the pipes of the program")?;
        for ours in [&stdin.1, &stdout.0, &stderr.0] {
            fd::set_nonblocking(ours.as_fd()).step("make the pipes of the program")?;
        }
        let mut sandbox = Self {
            pid,
            pidfd,
            control,
            stdin: Some(stdin.1),
            stdout: stdout.0,
            stderr: stderr.0,
            input,
            scratch,
            ids,
            waiting: None,
            shadow: None,
            listener,
            reaped: false,
        };
        let most = 1 + usize::from(parent.is_some());
        let children = process::children_of(pid as u32, most);
        (sandbox.waiting, sandbox.shadow) = Shadow::find(children)?;
        Ok(sandbox)
    }

    /// Starts the program, or the one that waits. Returns once it was executed. With a terminal, its
    /// standard streams are that.
    pub fn launch(
        &mut self,
        launch: &Launch,
        terminal: Option<Terminal>,
    ) -> Result<Launched, Failure> {
        launch
            .send(self.control.as_fd())
            .step("send the program to the sandbox")?;
        if let Some(terminal) = terminal {
            let programs = terminal.programs.as_fd();
            fd::send_fd(self.control.as_fd(), b"t", programs)
                .step("send the terminal to the sandbox")?;
            self.input = fd::Identity::of(programs).step("look at the terminal")?;
            let ours = terminal.ours;
            self.stdin = Some(ours.try_clone().step("connect the terminal")?);
            self.stdout = ours;
        }
        // Of another program, if what waits is not what will run.
        let mut listener = self.listener.take();
        loop {
            wait_readable(self.control.as_fd())?;
            let report = Report::receive(self.control.as_fd()).step("hear from the sandbox")?;
            match report {
                (Report::Listening, fd) => listener = fd.map(Listener::new),
                (Report::Started { user_us, system_us }, _) => {
                    return Ok(Launched {
                        user_us,
                        system_us,
                        listener,
                    });
                }
                (Report::Failed(failure), _) => return Err(failure),
                (Report::Ended { .. } | Report::WallsStand, _) => {
                    return Err(Failure {
                        step: "start the program",
                        errno: libc::EPROTO,
                    });
                }
            }
        }
    }

    /// Sends a signal to the program, if it is still there: the oldest child of the first process.
    pub fn signal(&self, signal: i32) -> Result<(), Failure> {
        let mut children = process::children_of(self.pid as u32, usize::MAX);
        children.retain(|(pid, _)| Some(*pid) != self.shadow.map(|shadow| shadow.pid));
        match children.iter().map(|(pid, _)| *pid).min() {
            Some(program) => process::signal(program, signal).step("send a signal"),
            None => Ok(()),
        }
    }

    /// Kills everything in the sandbox. What is dead already is no error.
    pub fn kill(&self) -> Result<(), Failure> {
        process::kill(&self.pidfd).step("kill the sandbox")
    }

    /// Reaps the first process once its descriptor says that it has ended: then every process
    /// of the run is dead, and this is what they all used.
    pub fn reap(&mut self) -> Result<Used, Failure> {
        let ended = process::wait(self.pid, true).step("reap the sandbox")?;
        self.reaped = true;
        ended.map(|ended| ended.used).ok_or(Failure {
            step: "reap the sandbox",
            errno: libc::ECHILD,
        })
    }

    /// Takes the sandbox away: afterwards every process in it is dead.
    pub fn end(mut self, within: Duration) -> Result<(), Failure> {
        if self.reaped {
            return Ok(());
        }
        self.kill()?;
        let mut dead = [fd::poll_entry(self.pidfd.as_raw_fd(), libc::POLLIN)];
        fd::poll(&mut dead, within.as_millis() as i32).step("kill the sandbox")?;
        if dead[0].revents == 0 {
            self.reaped = true; // nobody can
            return Err(Failure {
                step: "kill the sandbox",
                errno: libc::ETIMEDOUT,
            });
        }
        self.reap().map(drop)
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if !self.reaped {
            let _ = process::kill(&self.pidfd);
            let _ = process::wait(self.pid, true);
        }
    }
}

/// Tells the child that its identities are mapped, and waits until its walls stand. Answers the
/// scratch folder, and the listener of the program that waits inside, if there is one.
fn await_walls(
    control: std::os::fd::BorrowedFd<'_>,
) -> Result<(OwnedFd, Option<Listener>), Failure> {
    fd::write_all(control, &[enter::MAPPED]).step("talk to the sandbox")?;
    let mut listener = None;
    loop {
        wait_readable(control)?;
        match Report::receive(control).step("hear from the sandbox")? {
            (Report::Listening, fd) => listener = fd.map(Listener::new),
            (Report::WallsStand, Some(scratch)) => return Ok((scratch, listener)),
            (Report::Failed(failure), _) => return Err(failure),
            _ => {
                return Err(Failure {
                    step: "hear from the sandbox",
                    errno: libc::EPROTO,
                });
            }
        }
    }
}

fn wait_readable(control: std::os::fd::BorrowedFd<'_>) -> Result<(), Failure> {
    let mut fds = [fd::poll_entry(control.as_raw_fd(), libc::POLLIN)];
    fd::poll(&mut fds, STEP_DEADLINE_MS).step("wait for the sandbox")?;
    if fds[0].revents == 0 {
        return Err(Failure {
            step: "wait for the sandbox",
            errno: libc::ETIMEDOUT,
        });
    }
    Ok(())
}
