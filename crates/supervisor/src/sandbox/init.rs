//! The first process of a sandbox once its walls stand: it starts the program, gives up what
//! it could do, and reaps until the program ends. Its own death ends everything else inside.

use super::program::{Executable, When};
use super::waiting::Waiting;
use super::{Blueprint, Inside, Report, launch::Launch, mounts};
use crate::failure::{Failure, Step};
use crate::sys::{caps, fd, fs, process};
use std::convert::Infallible;
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::MetadataExt;

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
    let (mut written_before, mut spent_waiting) = (0, 0);
    let on_its_way = match (waiting, &launch.waiting) {
        (Some(waiting), Some(go)) => {
            written_before = waiting.written_bytes();
            spent_waiting = waiting.cpu_us();
            Some(waiting.go(launch, go)?)
        }
        (Some(other), None) => {
            other.end();
            None
        }
        (None, _) => None,
    };
    // What was spent on a program that is not this one is not this one's.
    let (user_us, system_us) = process::cpu_us();
    let system_us = system_us + spent_waiting;
    let (program, failed) = match on_its_way {
        Some(pid) => (pid, None),
        None => {
            let (pid, failed) = start(inside, launch, blueprint)?;
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
    Report::Started { user_us, system_us }
        .send(control)
        .step("report the start")?;
    // The program's own comes to it when it has been waited for.
    written_before += process::written_bytes(counters);

    while let Ok(Some(ended)) = process::wait(-1, true) {
        if ended.pid == program {
            let _ = Report::Ended {
                status: ended.status,
                left: left_behind(),
                written: process::written_bytes(counters).saturating_sub(written_before),
            }
            .send(control);
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

/// Processes and threads of this pid namespace, without this one. Nothing is counted where, as
/// nearly always, the program was alone.
fn left_behind() -> u64 {
    let children = process::wait(-1, false);
    if children.is_err() {
        return 0; // ECHILD: whatever has no other parent would be a child of this process
    }
    let Ok(proc) = fs::open(c"/proc", libc::O_RDONLY | libc::O_DIRECTORY) else {
        return 0;
    };
    let threads_of = |pid: u32| {
        let tasks = std::fs::metadata(format!("/proc/{pid}/task")).ok()?;
        Some(tasks.nlink().saturating_sub(2)) // a folder for each, and the two that all have
    };
    fs::names(proc.as_fd(), usize::MAX)
        .unwrap_or_default()
        .iter()
        .filter_map(|name| name.to_str().ok()?.parse().ok())
        .filter(|&pid| pid != 1)
        .filter_map(threads_of)
        .sum()
}
