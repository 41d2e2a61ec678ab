//! The keeper: starts the runner in its namespaces, waits, and gives back what it held.

use super::identity::Identities;
use super::{root, seal};
use crate::cgroup::{Made, RunCgroup};
use crate::failure::{Failure, Step};
use crate::runner::{self, Setup, link::Link};
use crate::sandbox::IdSource;
use crate::sys::terminal::Terminals;
use crate::sys::{caps, fd, process};
use crate::without::{Wall, without};
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::process::ExitCode;
use warmbox_protocol::{IdentitySource, OUT_OF_MEMORY, Plan, RootSource, ToRunner, frame};

/// How long the runner may take to end by itself after the server is gone.
const GRACE_MS: i32 = 1000;
/// What a killed keeper leaves can be taken away once its runner's processes are dead. The one that
/// was started for it looks so often, and then leaves it to the next.
const SWEEP_MS: i32 = 250;
const SWEEPS: u32 = 8;

const NAMESPACES: libc::c_int = libc::CLONE_NEWUSER
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP;

/// Serves one runner over `input` and `output` until the server hangs up.
pub fn keep(input: OwnedFd, output: OwnedFd) -> ExitCode {
    match try_keep(input, output) {
        Ok(code) => code,
        Err(failure) => {
            eprintln!("warmbox-supervisor: {failure}");
            ExitCode::from(1)
        }
    }
}

fn try_keep(input: OwnedFd, output: OwnedFd) -> Result<ExitCode, Failure> {
    // Not the server's: folders that are made for others must be theirs to enter.
    process::set_umask(0o022);
    let plan = receive_plan(&input).step("receive the plan of the runner")?;
    process::raise_open_files().step("raise the limit on open files")?;
    let identities = Identities::take(&plan.identities)?;
    if let RootSource::Folder(folder) = &plan.root {
        stand_in(folder).step("open the unpacked runner image")?;
    }
    let (made, cgroup) = match &plan.identities {
        _ if without(Wall::Cgroup) => (None, None),
        IdentitySource::LockFolder(_) => Made::try_new().unzip(),
        IdentitySource::Block(_) => (None, RunCgroup::of_container()),
    };
    let (go, go_inside) = fd::pipe().step("make the start pipe")?;
    // Without root's privileges only a dumpable process's maps can be written, and a fork inherits
    // the mark.
    caps::set_dumpable(true).step("open the identity maps")?;
    let namespaces = match without(Wall::Network) {
        true => NAMESPACES & !libc::CLONE_NEWNET,
        false => NAMESPACES,
    };
    let cloned = process::clone(namespaces).step(
        "make the namespaces of the runner (are user namespaces allowed? see `warmbox doctor`)",
    )?;
    let process::Cloned::Parent { pid, pidfd } = cloned else {
        drop(go_inside);
        let link = Link::new(input, output).step("use the link");
        let unique = identities.unique();
        let code = become_runner(&go, plan, unique, cgroup, link);
        process::exit_now(code);
    };
    drop((go, output));
    stand_in("/").step("leave the unpacked runner image")?;
    let attached = match &cgroup {
        Some(cgroup) => cgroup.attach(pid),
        None => Ok(()),
    };
    let mapped = attached
        .and_then(|()| identities.map(pid))
        .and_then(|()| identities.mapped());
    if let Err(failure) = mapped {
        let _ = process::kill(&pidfd);
        let _ = process::wait(pid, true);
        return Err(failure);
    }
    fd::write_all(go_inside.as_fd(), &[1]).step("start the runner")?;
    let hung_up = wait_for(&input, &pidfd, made.as_ref())?;
    let ended = process::wait(pid, true).step("reap the runner")?;
    let counted = cgroup.as_ref().map(RunCgroup::counters);
    let kills = counted.map_or(0, |counters| counters.memory_kills);
    // Only now: nothing with these identities, or in this cgroup, is alive.
    drop((identities, made));
    Ok(match ended {
        Some(ended) if libc::WIFEXITED(ended.status) => {
            ExitCode::from(libc::WEXITSTATUS(ended.status) as u8)
        }
        Some(ended) if !hung_up && libc::WTERMSIG(ended.status) == libc::SIGKILL && kills > 0 => {
            eprintln!(
                "warmbox-supervisor: {OUT_OF_MEMORY} ({kills} processes of this runner so far)"
            );
            ExitCode::from(3)
        }
        _ => ExitCode::from(3),
    })
}

/// Reads exactly the first message; what follows is the runner's to read.
fn receive_plan(input: &OwnedFd) -> io::Result<Plan> {
    let mut header = [0; frame::HEADER_BYTES];
    fd::read_exact(input.as_fd(), &mut header)?;
    let size = frame::body_len(header, frame::MAX_TO_RUNNER).map_err(io::Error::other)?;
    let mut body = vec![0; size];
    fd::read_exact(input.as_fd(), &mut body)?;
    match frame::decode(&body).map_err(io::Error::other)? {
        ToRunner::Plan(plan) => Ok(plan),
        _ => Err(io::Error::from_raw_os_error(libc::EPROTO)),
    }
}

/// Makes a folder the working folder, where the caller's own rights still count. The child finds
/// it there too, in its own mounts; those that a descriptor leads to would remain the keeper's,
/// and could not be shown anywhere in the child's.
fn stand_in(folder: &str) -> io::Result<()> {
    std::env::set_current_dir(folder)
}

/// Waits until the runner has ended. A server that hangs up ends it, by force if need be; answers
/// whether it did.
fn wait_for(input: &OwnedFd, pidfd: &OwnedFd, made: Option<&Made>) -> Result<bool, Failure> {
    let watch = |timeout_ms, input: i32| -> Result<(bool, bool), Failure> {
        let mut fds = [
            fd::poll_entry(pidfd.as_raw_fd(), libc::POLLIN),
            fd::poll_entry(input, 0), // hang-up only: the bytes are the runner's
        ];
        fd::poll(&mut fds, timeout_ms).step("wait for the runner")?;
        Ok((fds[0].revents != 0, fds[1].revents != 0))
    };
    let mut sweeps = made.map_or(0, |_| SWEEPS);
    loop {
        let patience = if sweeps == 0 { -1 } else { SWEEP_MS };
        let (ended, hung_up) = watch(patience, input.as_raw_fd())?;
        if ended {
            return Ok(false);
        }
        if hung_up {
            if !watch(GRACE_MS, -1)?.0 {
                process::kill(pidfd).step("kill the runner")?;
            }
            return Ok(true);
        }
        let is_clean = made.is_none_or(Made::sweep);
        sweeps = if is_clean {
            0
        } else {
            sweeps.saturating_sub(1)
        };
    }
}

/// The child: builds the outer wall from inside, and serves.
fn become_runner(
    go: &OwnedFd,
    plan: Plan,
    unique: bool,
    cgroup: Option<RunCgroup>,
    link: Result<Link, Failure>,
) -> i32 {
    let mut link = match link {
        Ok(link) => link,
        Err(failure) => {
            eprintln!("warmbox-supervisor: {failure}");
            return 1;
        }
    };
    let setup = build_wall(go, &plan, unique).map(|(ids, terminals)| Setup {
        language: plan.language,
        version_argv: plan.version_argv,
        env: plan.env,
        parents: plan.parents,
        ids,
        terminals,
        cgroup,
    });
    match setup {
        Ok(setup) => runner::serve(setup, &mut link),
        Err(failure) => runner::give_up(&failure, &mut link),
    }
}

fn build_wall(
    go: &OwnedFd,
    plan: &Plan,
    unique: bool,
) -> Result<(IdSource, Option<Terminals>), Failure> {
    let mut byte = [0];
    fd::read_exact(go.as_fd(), &mut byte).step("wait for the identity maps")?;
    seal::take_identity(unique)?;
    let terminals = root::enter(plan)?;
    if !without(Wall::Network) {
        seal::set_up_network()?;
    }
    Ok((seal::give_up_privileges(unique)?, terminals))
}
