//! The last steps before user code: from a copy of the sandbox's first process to the program.
//!
//! What needs memory is prepared before the fork; between fork and exec there are only kernel
//! calls on prepared data.

use super::identity::PROGRAM_ID;
use super::{Inside, Report, launch::Launch};
use crate::failure::{Failure, Step};
use crate::seccomp::Filter;
use crate::sys::{caps, fd, ids, process, terminal};
use crate::without::{Wall, without};
use std::convert::Infallible;
use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr;

/// Deep recursion is ordinary in taught and judged programs; a shell's 8 MiB is not enough.
/// Only pages that are touched count as memory. It does not follow the memory limit: a stack that
/// outgrows a lower one is a matter of memory, and one that outgrows this ends in SIGSEGV.
const STACK_BYTES: u64 = 64 << 20;
/// User code stands back behind the server and its supervisors, which must answer while a run
/// keeps every core busy with all the processes it may have. All runs are alike in it.
pub(super) const NICENESS: i32 = 5;
/// No core file, and no core handler of the host either: with 0 the kernel would still start one
/// (core(5), "Piping core dumps to a program"; `do_coredump` gives up at exactly 1).
const NO_CORE: u64 = 1;
/// The exit code of a program that could not be executed (POSIX, "Exit Status for Commands").
pub(super) const CANNOT_EXECUTE: i32 = 126;
/// What a run may keep from being swapped out, for programs that guard a secret.
const LOCKED_BYTES: u64 = 64 << 10;
/// The kernel counts these per uid; a run's uid is its own, so these are its alone.
const QUEUED_SIGNALS: u64 = 1024;
const MESSAGE_QUEUE_BYTES: u64 = 256 << 10;

/// Where a program that waits finds the other end of [`super::waiting`].
pub(super) const WAITING_FD: i32 = 3;
/// Behind the standard streams.
const FIRST_CLOSED: i32 = 3;

/// When what becomes the program goes on.
pub(super) enum When<'a> {
    /// Now, within these limits, by executing it.
    Now(&'a Launch),
    /// When its run has come, whose limits are not known yet: it waits on this socket, and nothing of
    /// the user's is there to be limited. It is a fork of a prepared interpreter, or will execute.
    Later { socket: &'a OwnedFd, prepared: bool },
}

/// The recipe, second part: how a fork of the first process becomes as harmless as user code must
/// be, from top to bottom. Everything that user code is refused is refused from here on.
pub(super) fn enter(inside: &Inside, filter: &Filter, when: &When<'_>) -> Result<(), Failure> {
    process::new_session().step("start a session")?;
    process::be_nice(NICENESS).step("step back behind the supervisor")?;
    if let When::Now(launch) = when {
        limit(0, launch).step("set the resource limits")?;
    }

    // The program's own uid, unlike the first process's; then no capability in any set, so
    // that none can come back through exec.
    if !without(Wall::OwnIdentity) {
        ids::become_ids(PROGRAM_ID, PROGRAM_ID).step("become the program's identity")?;
    }
    if !without(Wall::NoCapabilities) {
        caps::keep_only(&[]).step("give up all capabilities")?;
    }

    for (ours, number) in [(&inside.stdin, 0), (&inside.stdout, 1), (&inside.stderr, 2)] {
        fd::duplicate_to(ours.as_fd(), number).step("connect the standard streams")?;
    }
    if matches!(when, When::Now(launch) if launch.terminal) {
        terminal::take(0).step("take the terminal")?;
    }
    std::env::set_current_dir("/work").step("enter the work folder")?;
    process::set_umask(0o022);
    match when {
        When::Now(_) => {
            process::reset_signals().step("reset signals")?;
            if !without(Wall::ClosedAtExec) {
                fd::close_on_exec_from(FIRST_CLOSED as u32).step("close all other descriptors")?;
            }
        }
        When::Later { socket, prepared } => {
            fd::duplicate_to(socket.as_fd(), WAITING_FD).step("connect the program")?;
            if *prepared {
                // As exec would: its own processes may look at each other.
                caps::set_dumpable(true).step("become an ordinary process")?;
            }
        }
    }

    // Last, because nothing above would be allowed after.
    caps::no_new_privileges().step("forbid new privileges")?;
    if !without(Wall::Filter)
        && let Some(listener) = filter.install()?
    {
        Report::Listening
            .send_with(inside.control.as_fd(), listener.as_fd())
            .step("hand over the filter's listener")?;
    }

    // Last of all, because everything above needed a descriptor now and then.
    match when {
        When::Now(launch) => {
            limit_open_files(0, launch).step("set the limit on open files")?;
        }
        When::Later { .. } => {
            fd::close_from(WAITING_FD as u32 + 1).step("close all other descriptors")?
        }
    }
    Ok(())
}

/// A command line in the form that exec takes.
pub(super) struct Executable {
    candidates: Vec<CString>,
    argv: Vec<CString>,
    env: Vec<CString>,
}

impl Executable {
    pub(super) fn new(argv: &[String], env: &[(String, String)]) -> Result<Self, Failure> {
        let c_strings = |texts: Vec<String>| {
            texts
                .into_iter()
                .map(CString::new)
                .collect::<Result<Vec<_>, _>>()
                .map_err(|_| io::Error::from_raw_os_error(libc::EINVAL))
                .step("prepare the command line")
        };
        let env = env.iter().map(|(k, v)| format!("{k}={v}")).collect();
        Ok(Self {
            candidates: c_strings(candidates(argv))?,
            argv: c_strings(argv.to_vec())?,
            env: c_strings(env)?,
        })
    }

    /// Becomes the program of a run. Returns only if a step of ours failed.
    pub(super) fn execute(
        &self,
        inside: &Inside,
        filter: &Filter,
        when: &When<'_>,
    ) -> Result<Infallible, Failure> {
        enter(inside, filter, when)?;
        self.replace_process();
        // Everything that is ours stands; it is the program that cannot be executed (a binary
        // with a broken header, a stack too small for its arguments). As a shell would say it.
        process::exit_now(CANNOT_EXECUTE)
    }

    /// Returns only if it cannot be executed.
    pub(super) fn replace_process(&self) {
        let argv = pointers(&self.argv);
        let env = pointers(&self.env);
        for candidate in &self.candidates {
            // SAFETY: C strings and null-terminated arrays that outlive the call.
            unsafe { libc::execve(candidate.as_ptr(), argv.as_ptr(), env.as_ptr()) };
            if io::Error::last_os_error().raw_os_error() != Some(libc::ENOENT) {
                break;
            }
        }
    }
}

/// The paths to try for a program, in order. Nothing is looked up in the environment or the
/// current folder.
fn candidates(argv: &[String]) -> Vec<String> {
    match argv.first() {
        None => Vec::new(),
        Some(program) if program.contains('/') => vec![program.clone()],
        Some(program) => ["/usr/local/bin", "/usr/bin", "/bin"]
            .iter()
            .map(|folder| format!("{folder}/{program}"))
            .collect(),
    }
}

/// Sets the resource limits of process `pid`, 0 for this one, but for that on open files; and the core
/// that it may use, if there is to be only one.
pub(super) fn limit(pid: i32, launch: &Launch) -> io::Result<()> {
    if let Some(core) = launch.core {
        process::stay_on_core(pid, core)?;
    }
    if without(Wall::Rlimits) {
        return Ok(());
    }
    let limits = &launch.limits;
    // The supervisor's meter ends a run at its exact limit; this is the second line. The kernel counts
    // whole ticks for it, of which a program on a busy machine can be charged more than it used (seen: 21 s
    // for less than 20), and its SIGXCPU must not come before the meter.
    let cpu_seconds = limits.cpu_ms.div_ceil(1000) * 2 + 1;
    process::set_limit(pid, libc::RLIMIT_CPU as _, cpu_seconds, cpu_seconds + 1)?;
    let fixed = [
        (libc::RLIMIT_FSIZE, limits.file_size_bytes),
        (libc::RLIMIT_NPROC, launch.process_rlimit),
        (libc::RLIMIT_STACK, STACK_BYTES),
        (libc::RLIMIT_CORE, NO_CORE),
        (libc::RLIMIT_MEMLOCK, LOCKED_BYTES),
        (libc::RLIMIT_SIGPENDING, QUEUED_SIGNALS),
        (libc::RLIMIT_MSGQUEUE, MESSAGE_QUEUE_BYTES),
        (libc::RLIMIT_NICE, 0),
        (libc::RLIMIT_RTPRIO, 0),
    ];
    for (resource, value) in fixed {
        process::set_limit(pid, resource as _, value, value)?;
    }
    Ok(())
}

pub(super) fn limit_open_files(pid: i32, launch: &Launch) -> io::Result<()> {
    let most = launch.limits.open_files;
    process::set_limit(pid, libc::RLIMIT_NOFILE as _, most, most)
}

fn pointers(strings: &[CString]) -> Vec<*const libc::c_char> {
    strings
        .iter()
        .map(|s| CStr::as_ptr(s))
        .chain([ptr::null()])
        .collect()
}
