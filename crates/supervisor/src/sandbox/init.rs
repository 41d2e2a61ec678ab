//! The first process of a sandbox once its walls stand: it starts the program, gives up what
//! it could do, and reaps until the program ends. Its own death ends everything else inside.

use super::{Blueprint, Inside, Report, launch::Launch, mounts, program::Prepared};
use crate::failure::{Failure, Step};
use crate::sys::{caps, fd, fs, process};
use std::convert::Infallible;
use std::os::fd::{AsFd, AsRawFd};
use std::os::unix::fs::MetadataExt;

/// Starts the program and reaps. Returns only if a step failed before the program ran.
pub(super) fn start_and_reap(
    inside: &Inside,
    launch: &Launch,
    blueprint: &Blueprint,
) -> Result<Infallible, Failure> {
    let control = inside.control.as_fd();
    mounts::resize_scratch(launch.limits.disk_bytes)?;
    let prepared = Prepared::new(launch)?;

    // The write end closes by itself when exec succeeds: silence means that it did.
    let (failed, failed_inside) = fd::pipe().step("make the start pipe")?;
    let program = match process::clone(0).step("fork the program")? {
        process::Cloned::Child => {
            let Err(failure) = prepared.become_program(inside, &blueprint.filter);
            let _ = Report::Failed(failure).send(failed_inside.as_fd());
            process::exit_now(1);
        }
        process::Cloned::Parent { pid, .. } => pid,
    };
    drop(failed_inside);
    caps::keep_only(&[]).step("give up all capabilities")?;
    caps::no_new_privileges().step("forbid new privileges")?;
    // The supervisor must see end-of-file when the program and its children close theirs.
    fd::close_all_but(&mut [control.as_raw_fd(), failed.as_raw_fd()])
        .step("let go of the program's pipes")?;
    if let Ok(Report::Failed(failure)) = Report::read(failed.as_fd()) {
        return Err(failure);
    }
    let (user_us, system_us) = process::own_cpu_us();
    Report::Started { user_us, system_us }
        .send(control)
        .step("report the start")?;

    while let Ok(Some(ended)) = process::wait(-1, true) {
        if ended.pid == program {
            let _ = Report::Ended {
                status: ended.status,
                left: left_behind(),
            }
            .send(control);
            break;
        }
    }
    process::exit_now(0)
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
