//! The recipe: how the first process of a sandbox puts up its walls, from top to bottom.
//!
//! It runs in a fork of the single-threaded supervisor, or of a prepared interpreter
//! ([`super::parent`]), in new user, pid, mount, ipc, uts and cgroup namespaces, and holds every
//! capability there and none outside. The network namespace is the runner's, which has nothing but
//! loopback.

use super::identity::init_inside;
use super::parent::Fork;
use super::waiting::{self, Side};
use super::{Blueprint, Inside, Report, init, launch::Launch, mounts};
use crate::failure::{Failure, Step};
use crate::sys::{caps, fd, ids, process};
use crate::without::{Wall, without};
use std::fs::File;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// Supervisor to child: your identities are mapped.
pub(super) const MAPPED: u8 = b'M';

/// Puts up the walls, waits for the program, starts it and reaps until it has ended. Returns only
/// in a program that was forked by `fork` and is on its way, with its arguments.
pub(super) fn run(
    inside: Inside,
    blueprint: &Blueprint,
    unique: bool,
    fork: Option<Fork<'_>>,
) -> Vec<u8> {
    let control = inside.control.as_fd();
    let (scratch, counters) = match put_up_walls(&inside, blueprint, unique) {
        Ok(made) => made,
        Err(failure) => {
            let _ = Report::Failed(failure).send(control);
            process::exit_now(1);
        }
    };
    let waiting = match waiting::fork(&inside, blueprint, fork) {
        Side::Program(args) => {
            // Closed already, and their numbers are the program's.
            std::mem::forget((inside, scratch, counters));
            return args;
        }
        Side::First(waiting) => waiting,
    };
    // Hand the scratch folder to the supervisor: it will place and collect files by this
    // descriptor, never by path.
    if Report::WallsStand
        .send_with(control, scratch.as_fd())
        .is_err()
    {
        process::exit_now(1);
    }
    drop(scratch);
    // End-of-file: the runner ends before it ever had a run for this sandbox.
    let Ok(launch) = Launch::receive(control) else {
        process::exit_now(0);
    };
    let Err(failure) = init::start_and_reap(&inside, &launch, blueprint, waiting, &counters);
    let _ = Report::Failed(failure).send(control);
    process::exit_now(1)
}

/// Answers the scratch folder, and this process's counters of what it writes.
fn put_up_walls(
    inside: &Inside,
    blueprint: &Blueprint,
    unique: bool,
) -> Result<(OwnedFd, File), Failure> {
    let control = inside.control.as_fd();

    // 0. Let go of the link and of everything else that is not this sandbox's.
    if !without(Wall::ClosedAtEntry) {
        let mut kept = inside.descriptors().map(AsRawFd::as_raw_fd);
        fd::close_all_but(&mut kept).step("close all other descriptors")?;
    }

    // 1. Wait until the supervisor has mapped the identities of the new user namespace.
    let mut byte = [0];
    fd::read_exact(control, &mut byte).step("wait for the identity maps")?;

    //    These counters nobody can open any more once the identity has changed.
    let counters = process::io_counters("self").step("open the counters of writes")?;

    // 2. Become the first process's own identity: no longer the supervisor's, not yet the
    //    program's. Capabilities inside the namespace stay.
    caps::keep_over_uid_change().step("keep capabilities")?;
    if unique {
        ids::clear_groups().step("leave all groups")?;
    }
    let own = init_inside(unique);
    ids::become_ids(own, own).step("become the sandbox's identity")?;

    // 3. Nobody may trace this process or read its memory, which is a copy of the
    //    supervisor's; and it dies with the supervisor, whatever kills that.
    caps::set_dumpable(without(Wall::NotDumpable)).step("forbid tracing")?;
    caps::die_with_parent().step("die with the supervisor")?;

    // 4. A name that tells nothing, in a namespace of its own.
    process::set_host_name("sandbox").step("set the host name")?;

    // 5. What is mounted from here on is seen in this sandbox only, and vanishes with it.
    crate::sys::mounts::make_all_private().step("make mounts private")?;
    let scratch = mounts::scratch()?;
    mounts::proc(&blueprint.masks)?;
    Ok((scratch, counters))
}
