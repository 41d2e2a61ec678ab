//! One run from its message to its outcome: place the files, start the program, watch it until
//! everything is dead, collect.

use super::files;
use super::link::Link;
use super::meter::Cpu;
use super::stock::Taken;
use super::streams::Streams;
use super::watch::Watch;
use super::{LinkError, Stop};
use crate::cgroup::RunCgroup;
use crate::failure::{Failure, Step};
use crate::sandbox::{Go, Launch, RunIds, Sandbox};
use crate::sys::ids;
use crate::sys::terminal::{self, Terminal, Terminals};
use std::io;
use std::os::fd::AsFd;
use std::time::Instant;
use warmbox_protocol::{End, FromRunner, Limit, LogLevel, Outcome, RunSpec, TerminalSize, Usage};

/// A run whose files do not fit into its scratch folder: nothing was executed.
const NO_ROOM: Outcome = Outcome {
    end: End::Stopped,
    limit: Some(Limit::Disk),
    usage: Usage {
        cpu_user_us: 0,
        cpu_system_us: 0,
        wall_us: 0,
        peak_memory_bytes: 0,
        processes_peak: 0,
        written_bytes: 0,
        delayed_us: None,
    },
    stdout_bytes: 0,
    stderr_bytes: 0,
    stdout_omitted: 0,
    stderr_omitted: 0,
    files_omitted: 0,
    outputs_omitted: 0,
};

/// What a runner has for all its runs.
#[derive(Clone, Copy)]
pub(super) struct Means<'a> {
    pub(super) cgroup: Option<&'a RunCgroup>,
    pub(super) terminals: Option<&'a Terminals>,
}

/// Executes a run in a sandbox that was prepared for it. Of the run nothing is alive afterwards; the
/// sandbox is still to be taken away.
///
/// A `Failed` stop means that a wall or a step before the program failed, or that the sandbox
/// cannot be ended: the runner must not be used again.
pub(super) fn execute(
    spec: &RunSpec,
    taken: Taken,
    means: Means<'_>,
    link: &mut Link,
) -> Result<(Outcome, Sandbox), Stop> {
    let cgroup = means.cgroup;
    let Taken {
        sandbox: mut own,
        waiting,
        waited,
        others,
    } = taken;
    let sandbox = &mut own;
    if !files::place(sandbox, &spec.files, spec.limits.disk_bytes)? {
        return Ok((NO_ROOM, own));
    }
    let processes = spec.limits.processes;
    if let Some(cgroup) = cgroup {
        let beside = carried_bytes(spec).saturating_add(others.memory_bytes);
        let ours = others.pids.len() as u64 + u64::from(sandbox.shadow.is_some());
        cgroup.allow(spec.limits.memory_bytes, beside, processes + ours)?;
    }
    // A sandbox's first process that has the same uid is counted too, and so is a shadow.
    let process_rlimit =
        processes + u64::from(!sandbox.ids.unique()) + u64::from(sandbox.shadow.is_some());
    let terminal = (spec.terminal)
        .map(|size| open_terminal(means.terminals, size, sandbox.ids))
        .transpose()?;
    let before_run = cgroup.map(RunCgroup::counters).unwrap_or_default();
    // The time that a program takes begins before its first instruction can be executed.
    let started = Instant::now();
    let launch = Launch {
        argv: spec.argv.clone(),
        waiting: waiting.map(|args| Go {
            args,
            company: spec.files.len() > 1,
        }),
        env: spec.env.clone(),
        limits: spec.limits,
        process_rlimit,
        terminal: terminal.is_some(),
        core: spec.core,
    };
    let launched = sandbox.launch(&launch, terminal)?;
    link.queue(&FromRunner::Started { run: spec.run })?;
    log(link, spec, "program started".to_owned())?;

    let before = Cpu {
        user_us: launched.user_us,
        system_us: launched.system_us,
    };
    let streams = Streams::new(spec, sandbox, launched.listener);
    let mut watch = Watch::new(
        spec,
        started,
        streams,
        cgroup,
        before_run,
        others.pids,
        waited,
    );
    watch.until_dead(sandbox, link)?;
    if let Some(cgroup) = cgroup {
        cgroup.lift()?;
    }
    let usage = watch.usage(sandbox, before)?;
    let outcome = watch.conclude(sandbox, link, usage)?;
    log(
        link,
        spec,
        format!(
            "program ended: {:?}, limit {:?}",
            outcome.end, outcome.limit
        ),
    )?;
    Ok((outcome, own))
}

/// A terminal that belongs to the run's identity, so that programs may open /dev/stdin.
fn open_terminal(
    terminals: Option<&Terminals>,
    size: TerminalSize,
    ids: RunIds,
) -> Result<Terminal, Failure> {
    let opened = terminals.map_or(Err(io::ErrorKind::Unsupported.into()), |terminals| {
        ids::with_file_ids(ids.program, ids.program_gid, || terminals.open())?
    });
    let terminal = opened.step("make a terminal")?;
    terminal::resize(terminal.ours.as_fd(), size.rows, size.columns)
        .step("set the size of the terminal")?;
    Ok(terminal)
}

/// What the supervisor holds for a run while it lives: the input twice (as it arrived, and as it
/// is being written), and what is kept of both streams, once more on its way out.
fn carried_bytes(spec: &RunSpec) -> u64 {
    let files: usize = spec.files.iter().map(|file| file.bytes.len()).sum();
    let input = (files + spec.stdin.len()) as u64;
    let output = spec.limits.output_bytes.saturating_mul(2);
    input.saturating_add(output).saturating_mul(2)
}

fn log(link: &mut Link, spec: &RunSpec, text: String) -> Result<(), LinkError> {
    link.queue(&FromRunner::Log {
        level: LogLevel::Debug,
        run: Some(spec.run),
        request: spec.request.clone(),
        text,
    })
}
