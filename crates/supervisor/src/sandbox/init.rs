//! The first process of a sandbox once its walls stand: it starts the program, gives up what
//! it could do, and reaps until the program ends. Its own death ends everything else inside.
//!
//! It does not die with the program: that takes the kernel as long as a small program runs, and
//! nobody need wait for it who knows that the program left nothing behind.

use super::program::{Executable, When};
use super::waiting::Waiting;
use super::{Blueprint, Inside, Report, launch::Launch, mounts};
use crate::failure::{Failure, Step};
use crate::sys::{caps, fd, process};
use std::convert::Infallible;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::time::Duration;

/// Starts the program, or sends the one that waits on its way, and reaps. Returns only if a step
/// failed before the program ran.
pub(super) fn start_and_reap(
    inside: &Inside,
    launch: &Launch,
    blueprint: &Blueprint,
    waiting: Option<Waiting>,
    counters: &File,
) -> Result<Infallible, Failure> {
    let control = inside.control.as_fd();
    mounts::resize_scratch(launch.limits.disk_bytes)?;
    let on_terminal = match launch.terminal {
        true => Some(inside.on_terminal().step("receive the terminal")?),
        false => None,
    };
    let (mut written_before, mut spent_waiting) = (0, Duration::ZERO);
    let on_its_way = match waiting {
        Some(waiting) if waiting.suits(launch) => {
            (written_before, spent_waiting) = (waiting.written, waiting.spent);
            Some(waiting.go(launch)?)
        }
        Some(other) => {
            other.end();
            None
        }
        None => None,
    };
    // What was spent on a program that is not this one is not this one's.
    let mut used = process::used();
    used.system_us += spent_waiting.as_micros() as u64;
    let (program, failed) = match on_its_way {
        Some(pid) => (pid, None),
        None => {
            let streams = on_terminal.as_ref().unwrap_or(inside);
            let (pid, failed) = start(streams, launch, blueprint)?;
            (pid, Some(failed))
        }
    };
    caps::keep_only(&[]).step("give up all capabilities")?;
    caps::no_new_privileges().step("forbid new privileges")?;
    // The supervisor must see end-of-file when the program and its children close theirs.
    let failed_fd = failed
        .as_ref()
        .map_or(control.as_raw_fd(), AsRawFd::as_raw_fd);
    fd::close_all_but(&mut [control.as_raw_fd(), failed_fd, counters.as_raw_fd()])
        .step("let go of the program's pipes")?;
    if let Some(failed) = failed
        && let Ok(Report::Failed(failure)) = Report::read(failed.as_fd())
    {
        return Err(failure);
    }
    Report::Started {
        user_us: used.user_us,
        system_us: used.system_us,
    }
    .send(control)
    .step("report the start")?;
    // The program's own comes to it when it has been waited for.
    written_before += process::written_bytes(counters);

    let mut delayed_us = None;
    loop {
        if launch.core.is_some() && process::next_to_end() == Some(program) {
            delayed_us = process::delay_of(program);
        }
        let Ok(Some(ended)) = process::wait(-1, true) else {
            break;
        };
        if ended.pid == program {
            while let Ok(Some(_)) = process::wait(-1, false) {}
            let _ = Report::Ended {
                status: ended.status,
                used: process::used(),
                written: process::written_bytes(counters).saturating_sub(written_before),
                delayed_us,
            }
            .send(control);
            // Until the supervisor has seen whether anything was left behind.
            let _ = fd::read(control, &mut [0]);
            break;
        }
    }
    process::exit_now(0)
}

/// Executes the program. The pipe tells what failed on the way, and closes by itself when exec
/// succeeds: silence means that it did.
fn start(
    inside: &Inside,
    launch: &Launch,
    blueprint: &Blueprint,
) -> Result<(i32, OwnedFd), Failure> {
    let program = Executable::new(&launch.argv, &launch.env)?;
    let (failed, failed_inside) = fd::pipe().step("make the start pipe")?;
    match process::clone(0).step("fork the program")? {
        process::Cloned::Child => {
            let when = When::Now(launch);
            let Err(failure) = program.execute(inside, &blueprint.filter, &when);
            let _ = Report::Failed(failure).send(failed_inside.as_fd());
            process::exit_now(1);
        }
        process::Cloned::Parent { pid, .. } => Ok((pid, failed)),
    }
}
