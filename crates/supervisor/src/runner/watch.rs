//! A run while it lives: its streams carried, its limits watched, until everything in its
//! sandbox is dead; and what can be said of it then.

use super::files;
use super::link::Link;
use super::meter::{self, Cpu, Meter, Waited};
use super::reading::Reading;
use super::signs::{self, Signs};
use super::streams::Streams;
use super::verdict::{self, Evidence};
use super::{LinkError, Stop};
use crate::cgroup::{Counters, RunCgroup};
use crate::failure::{Failure, Step};
use crate::sandbox::{Report, Sandbox};
use crate::sys::fd;
use crate::sys::process::Used;
use crate::sys::terminal;
use crate::without::{Wall, without};
use std::os::fd::{AsFd, AsRawFd};
use std::time::{Duration, Instant};
use warmbox_protocol::{
    End, Following, FromRunner, Limit, Outcome, RunSpec, Stream, ToRunner, Usage,
};

/// A sandbox that is not dead this long after SIGKILL is given up, and the runner with it. On a busy
/// machine a crowd of processes that forks takes seconds to die; the server waits for 15.
pub(super) const KILL_DEADLINE: Duration = Duration::from_secs(12);
/// With every process dead both pipes are at their end, but for a descriptor that was left in
/// flight in a socket: what such a one still holds is not waited for.
const DRAIN_DEADLINE: Duration = Duration::from_millis(500);

/// How often somebody who follows a run is told what it has used.
const TELL_USAGE: Duration = Duration::from_secs(1);

/// A run while it lives.
pub(super) struct Watch<'a> {
    spec: &'a RunSpec,
    started: Instant,
    deadline: Instant,
    meter: Meter,
    signs: Signs,
    streams: Streams<'a>,
    reading: Reading,
    /// What it has used is told then, where somebody follows.
    tell_usage: Option<Instant>,
    /// Why the run is being killed, and since when.
    stop: Option<(Reason, Instant)>,
    ended: Option<(i32, Instant)>,
    /// By all processes that had ended when the program did.
    written: u64,
    /// How long the program waited for its core.
    delayed_us: Option<u64>,
    /// What these had used, if there are no others.
    alone: Option<Used>,
    /// The sandbox's first process died without a word, and not by our hand.
    lost: bool,
    cgroup: Option<&'a RunCgroup>,
    /// The cgroup's counters when the run began.
    before_run: Counters,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reason {
    Limit(Limit),
    Cancelled,
}

/// The descriptors of one round of polling, by name.
#[derive(Debug, Clone, Copy)]
enum Slot {
    LinkIn,
    LinkOut,
    Stdin,
    Notice,
    Stderr,
    Stdout,
    Control,
    Death,
}

impl<'a> Watch<'a> {
    pub(super) fn new(
        spec: &'a RunSpec,
        started: Instant,
        streams: Streams<'a>,
        cgroup: Option<&'a RunCgroup>,
        before_run: Counters,
        others: Vec<u32>,
        waited: Option<Waited>,
    ) -> Self {
        let is_followed = spec.following != Following::Nobody;
        Self {
            spec,
            started,
            deadline: started + Duration::from_millis(spec.limits.wall_ms),
            meter: Meter::start(
                Instant::now(),
                others,
                cgroup.is_some_and(RunCgroup::holds_runs),
                waited,
            ),
            signs: Signs::new(started),
            reading: Reading::new(is_followed && spec.stdin_open, started),
            tell_usage: is_followed.then(|| started + TELL_USAGE),
            streams,
            stop: None,
            ended: None,
            written: 0,
            delayed_us: None,
            alone: None,
            lost: false,
            cgroup,
            before_run,
        }
    }

    /// What the cgroup counted in this run.
    fn counted(&self) -> Counters {
        let now = self.cgroup.map(RunCgroup::counters).unwrap_or_default();
        now.since(self.before_run)
    }

    /// Takes a reading; answers whether the kernel has killed for memory meanwhile.
    fn read_meter(&mut self, sandbox: &Sandbox) -> bool {
        let counted = self.counted();
        let limit = self.spec.limits.memory_bytes;
        (self.meter).read(sandbox, limit, counted.out_of_sight_bytes);
        counted.memory_kills > 0
    }

    /// Carries streams and watches limits until no process of the run is alive, and both pipes are
    /// read to their end. Either the program has ended and left none behind, or the sandbox's first
    /// process has died, and with it every other.
    pub(super) fn until_dead(
        &mut self,
        sandbox: &mut Sandbox,
        link: &mut Link,
    ) -> Result<(), Stop> {
        // What came together with the run is no news to `poll`.
        self.obey(sandbox, link)?;
        let mut died: Option<Instant> = None;
        while died.is_none_or(|at| self.streams.open() && at.elapsed() < DRAIN_DEADLINE) {
            let dead = died.is_some();
            let (link_in, link_out) = link.descriptors();
            let wanted = |wanted: bool, fd: i32| if wanted { fd } else { -1 };
            let [notice, stderr, stdout] = self.streams.outputs(sandbox, link, dead);
            let reports = self.ended.is_none() && !dead;
            let mut fds = [
                fd::poll_entry(link_in, libc::POLLIN),
                fd::poll_entry(wanted(link.pending() > 0, link_out), libc::POLLOUT),
                fd::poll_entry(self.streams.input(sandbox), libc::POLLOUT),
                fd::poll_entry(notice, libc::POLLIN),
                fd::poll_entry(stderr, libc::POLLIN),
                fd::poll_entry(stdout, libc::POLLIN),
                fd::poll_entry(wanted(reports, sandbox.control.as_raw_fd()), libc::POLLIN),
                fd::poll_entry(wanted(!dead, sandbox.pidfd.as_raw_fd()), libc::POLLIN),
            ];
            fd::poll(&mut fds, self.timeout_ms(died)).step("wait for the run")?;
            let ready = |slot: Slot| fds[slot as usize].revents != 0;

            if ready(Slot::LinkIn) {
                self.obey(sandbox, link)?;
            }
            if ready(Slot::LinkOut) {
                link.pump_out()?;
            }
            if ready(Slot::Stdin) {
                self.streams.feed(sandbox);
                self.streams.tell_taken(link)?;
                self.reading.is_fed();
            }
            if fds[Slot::Notice as usize].revents & libc::POLLIN != 0 {
                // This reads both streams; what they hold after it has its turn after the call
                // that was let go.
                if let Some(waiting) = self.streams.settle(sandbox, link)? {
                    if self.signs.due(&waiting, sandbox) {
                        self.signs.look(&waiting, sandbox, &self.spec.limits);
                        self.read_meter(sandbox);
                    }
                    self.streams.let_go(waiting)?;
                }
            } else {
                if ready(Slot::Notice) {
                    self.streams.stop_listening();
                }
                for stream in self.streams.reading_order() {
                    let slot = match stream {
                        Stream::Stdout => Slot::Stdout,
                        Stream::Stderr => Slot::Stderr,
                    };
                    if ready(slot) {
                        self.streams.carry(stream, sandbox, link)?;
                        self.reading.has_written();
                    }
                }
            }
            if self.spec.stop_at_output_limit && self.streams.over_limit() {
                self.stop(Reason::Limit(Limit::Output), sandbox)?;
            }
            if ready(Slot::Control) {
                let status = self.hear_the_end(sandbox)?;
                self.ended = Some((status, Instant::now()));
            }
            if died.is_none() {
                died = self.alone.map(|_| Instant::now());
            }
            if died.is_none() {
                died = ready(Slot::Death).then(Instant::now);
            }
            if died.is_none() {
                self.check_limits(sandbox)?;
                self.tell(sandbox, link)?;
            }
        }
        Ok(())
    }

    /// Tells whoever follows the run what there is to tell.
    fn tell(&mut self, sandbox: &Sandbox, link: &mut Link) -> Result<(), LinkError> {
        if self.spec.following == Following::Nobody || self.dying_since().is_some() {
            return Ok(());
        }
        let (run, now) = (self.spec.run, Instant::now());
        let pids = || self.meter.pids_of_run(sandbox);
        if self.reading.look(now, &self.streams, sandbox, pids) {
            link.queue(&FromRunner::WaitsForInput { run })?;
        }
        if self.tell_usage.is_none_or(|at| now < at) {
            return Ok(());
        }
        self.tell_usage = Some(now + TELL_USAGE);
        // Whoever reads slowly has enough to read.
        if link.pending() == 0 {
            let cpu = self.meter.cpu();
            let usage = Usage {
                cpu_user_us: cpu.user_us,
                cpu_system_us: cpu.system_us,
                wall_us: (now - self.started).as_micros() as u64,
                peak_memory_bytes: self.meter.memory_peak,
                processes_peak: self.meter.processes_peak.max(1),
                written_bytes: 0,
                delayed_us: None,
            };
            link.queue(&FromRunner::Used { run, usage })?;
        }
        Ok(())
    }

    /// Takes the first process's last report; answers the program's status.
    fn hear_the_end(&mut self, sandbox: &Sandbox) -> Result<i32, Failure> {
        let Ok((report, _)) = Report::receive(sandbox.control.as_fd()) else {
            self.lost = self.stop.is_none();
            return Ok(libc::SIGKILL);
        };
        let Report::Ended {
            status,
            used,
            written,
            delayed_us,
        } = report
        else {
            return Err(Failure {
                step: "hear from the sandbox",
                errno: libc::EPROTO,
            });
        };
        self.written = written;
        self.delayed_us = delayed_us;
        match self.meter.alive(sandbox) {
            0 => self.alone = Some(used),
            left => {
                self.meter.saw_processes(left + 1);
                sandbox.kill()?;
            }
        }
        Ok(status)
    }

    fn timeout_ms(&self, died: Option<Instant>) -> i32 {
        let until = match (died, self.dying_since()) {
            (Some(at), _) => at + DRAIN_DEADLINE,
            (None, Some(since)) => since + KILL_DEADLINE,
            (None, None) => {
                let told = [self.reading.next(), self.tell_usage];
                let told = told.into_iter().flatten();
                told.fold(self.deadline.min(self.meter.next), Instant::min)
            }
        };
        let now = Instant::now();
        let until = match self.streams.rests_until {
            rested if rested > now => until.min(rested),
            _ => until,
        };
        let left = until.saturating_duration_since(now);
        // Rounded up: a poll that returns just before its time would spin.
        i32::try_from(left.as_micros().div_ceil(1000)).unwrap_or(i32::MAX)
    }

    /// Since when the kernel has been ending the sandbox.
    fn dying_since(&self) -> Option<Instant> {
        let killed = self.stop.map(|(_, since)| since);
        killed.or(self.ended.map(|(_, at)| at))
    }

    fn obey(&mut self, sandbox: &mut Sandbox, link: &mut Link) -> Result<(), Stop> {
        while let Some(message) = link.try_receive()? {
            match message {
                ToRunner::Stdin { run, bytes } if run == self.spec.run => {
                    self.streams.add_input(bytes, sandbox);
                    self.streams.tell_taken(link)?;
                    self.reading.is_fed();
                }
                ToRunner::CloseStdin { run } if run == self.spec.run => {
                    self.streams.close_input(sandbox);
                }
                ToRunner::Cancel { run } if run == self.spec.run => {
                    self.stop(Reason::Cancelled, sandbox)?;
                }
                ToRunner::Signal { run, signal } if run == self.spec.run => {
                    if self.dying_since().is_none() {
                        sandbox.signal(signal)?;
                    }
                }
                ToRunner::Resize { run, size } if run == self.spec.run => {
                    if self.streams.is_terminal() {
                        terminal::resize(sandbox.stdout.as_fd(), size.rows, size.columns)
                            .step("set the size of the terminal")?;
                    }
                }
                ToRunner::Ping { nonce } => link.queue(&FromRunner::Pong { nonce })?,
                ToRunner::Stdin { .. }
                | ToRunner::CloseStdin { .. }
                | ToRunner::Cancel { .. }
                | ToRunner::Signal { .. }
                | ToRunner::Resize { .. } => {}
                ToRunner::Run(_) | ToRunner::Plan(_) => {
                    return Err(Stop::Protocol("a second run at once".to_owned()));
                }
            }
        }
        Ok(())
    }

    fn check_limits(&mut self, sandbox: &Sandbox) -> Result<(), Failure> {
        let now = Instant::now();
        if let Some(since) = self.dying_since() {
            if now >= since + KILL_DEADLINE {
                return Err(Failure {
                    step: "kill the sandbox",
                    errno: libc::ETIMEDOUT,
                });
            }
            return Ok(());
        }
        if now >= self.deadline {
            return self.stop(Reason::Limit(Limit::Wall), sandbox);
        }
        if now >= self.meter.next && !without(Wall::Meter) {
            let limits = &self.spec.limits;
            let killed_for_memory = self.read_meter(sandbox);
            self.signs.no_descriptor_left |=
                (self.meter).any_with_descriptors(signs::few_left(limits));
            if self.meter.memory_peak > limits.memory_bytes || killed_for_memory {
                return self.stop(Reason::Limit(Limit::Memory), sandbox);
            }
            if self.meter.cpu().total_us() > limits.cpu_ms.saturating_mul(1000) {
                return self.stop(Reason::Limit(Limit::Cpu), sandbox);
            }
        }
        Ok(())
    }

    /// Kills the run. The first reason stays the reason; a program that ended before by itself
    /// is not blamed.
    fn stop(&mut self, reason: Reason, sandbox: &Sandbox) -> Result<(), Failure> {
        if self.stop.is_none() && self.ended.is_none() {
            self.read_meter(sandbox);
            self.meter.read_written(sandbox);
            self.stop = Some((reason, Instant::now()));
            sandbox.kill()?;
        }
        Ok(())
    }

    pub(super) fn usage(&mut self, sandbox: &mut Sandbox, before: Cpu) -> Result<Usage, Failure> {
        let ended_at = self.ended.map_or_else(Instant::now, |(_, at)| at);
        let disk = meter::room(sandbox).used_bytes;
        let used = match self.alone {
            Some(used) => used,
            None => sandbox.reap()?,
        };
        let waited_for = Cpu {
            user_us: used.user_us,
            system_us: used.system_us,
        }
        .minus(before);
        // The kernel's sum is exact and misses what nobody waited for; the meter misses nothing
        // that lived through a reading.
        let cpu = waited_for.larger(self.meter.cpu());
        // The peak of the largest process; what the meter saw may be more, if it saw several.
        Ok(Usage {
            cpu_user_us: cpu.user_us,
            cpu_system_us: cpu.system_us,
            wall_us: (ended_at - self.started).as_micros() as u64,
            peak_memory_bytes: self.meter.memory_peak.max(used.largest_bytes).max(disk),
            processes_peak: self.meter.processes_peak.max(1),
            written_bytes: self.written.max(self.meter.written_by_killed),
            delayed_us: self.delayed_us,
        })
    }

    /// Sends what was kept for the end, and judges.
    pub(super) fn conclude(
        &mut self,
        sandbox: &Sandbox,
        link: &mut Link,
        usage: Usage,
    ) -> Result<Outcome, Stop> {
        self.streams.send_tails(link)?;
        let omitted = files::collect(sandbox, &self.spec.collect, &self.spec.files, |found| {
            for (piece, last) in files::pieces(&found.bytes) {
                link.queue(&FromRunner::File {
                    run: self.spec.run,
                    origin: found.origin,
                    name: found.name.clone(),
                    bytes: piece.to_vec(),
                    last,
                })?;
            }
            link.flush()
        })?;
        let end = match (self.stop, self.ended) {
            (Some((Reason::Cancelled, _)), _) => End::Cancelled,
            (Some((Reason::Limit(_), _)), _) => End::Stopped,
            (None, Some((status, _))) => end_of(status),
            (None, None) => End::Signaled(libc::SIGKILL), // out of memory: see `lost`
        };
        let stopped_at = match self.stop {
            Some((Reason::Limit(limit), _)) => Some(limit),
            _ => None,
        };
        let killed_for_memory = self.counted().memory_kills > 0;
        if self.lost && !killed_for_memory {
            // Somebody outside killed it, or the host is out of memory: not the program's doing.
            return Err(Stop::Failed(Failure {
                step: "keep the first process of the sandbox alive",
                errno: libc::ECHILD,
            }));
        }
        let failed = !matches!(end, End::Exited(0) | End::Stopped | End::Cancelled);
        let complaints = &self.streams.complaints;
        let evidence = Evidence {
            stopped_at,
            end,
            usage,
            killed_for_memory,
            disk_is_full: meter::room(sandbox).full || self.signs.disk_was_full,
            file_is_full: failed
                && (files::any_of_size(sandbox, self.spec)
                    || (complaints.file_too_large
                        && usage.written_bytes >= self.spec.limits.file_size_bytes)),
            no_descriptor_left: self.signs.no_descriptor_left
                || (self.signs.table_was_filled && complaints.too_many_open_files),
        };
        let (stdout_bytes, stderr_bytes) = self.streams.output.totals();
        let (stdout_omitted, stderr_omitted) = self.streams.output.omitted();
        Ok(Outcome {
            end,
            limit: verdict::limit(&evidence, &self.spec.limits),
            usage,
            stdout_bytes,
            stderr_bytes,
            stdout_omitted,
            stderr_omitted,
            files_omitted: omitted.files,
            outputs_omitted: omitted.outputs,
        })
    }
}

/// A wait status in words.
fn end_of(status: i32) -> End {
    if libc::WIFSIGNALED(status) {
        End::Signaled(libc::WTERMSIG(status))
    } else {
        End::Exited(libc::WEXITSTATUS(status))
    }
}
