//! Whether a program waits for its input: one of its threads is inside a call that ends only when
//! there is something to read, and there is nothing. Looked for only while somebody follows the run
//! who can send more; by what the kernel tells of calls that block (proc_pid_syscall(5)). A host that
//! hides that from a process with the program's own identity tells nothing, and nothing else is lost.

use super::streams::Streams;
use crate::sandbox::Sandbox;
use crate::sys::fd::Identity;
use crate::sys::{ids, terminal};
use std::fs::{self, File};
use std::os::fd::AsFd;
use std::os::unix::fs::FileExt;
use std::time::{Duration, Instant};

/// From the last input or output to the first look; then each pause is twice as long, up to the
/// longest, so that a program which does something else is hardly looked at.
const FIRST: Duration = Duration::from_millis(1);
const LONGEST: Duration = Duration::from_millis(50);
/// Threads of a run that are looked at: who reads is one of the first.
const MOST_THREADS: usize = 64;
/// Descriptors in one poll(2) that are looked at.
const MOST_POLLED: u64 = 64;

/// When to look next, in a run where it matters.
#[derive(Debug)]
pub(super) struct Reading {
    /// Somebody follows who can send more.
    matters: bool,
    next: Option<Instant>,
    pause: Duration,
}

impl Reading {
    pub(super) fn new(matters: bool, now: Instant) -> Self {
        Self {
            matters,
            next: matters.then_some(now + FIRST),
            pause: FIRST,
        }
    }

    /// It gets more input: look again, and soon.
    pub(super) fn is_fed(&mut self) {
        *self = Self::new(self.matters, Instant::now());
    }

    /// It has written something: where it was not seen waiting yet, it may soon.
    pub(super) fn has_written(&mut self) {
        if self.next.is_some() {
            self.is_fed();
        }
    }

    pub(super) fn next(&self) -> Option<Instant> {
        self.next
    }

    /// Looks, if it is time. Once it is so, the next look comes after the next input.
    pub(super) fn look(
        &mut self,
        now: Instant,
        streams: &Streams<'_>,
        sandbox: &Sandbox,
        pids: impl FnOnce() -> Vec<u32>,
    ) -> bool {
        if self.next.is_none_or(|next| now < next) {
            return false;
        }
        self.pause = (self.pause * 2).min(LONGEST);
        self.next = Some(now + self.pause);
        let stdin = sandbox.stdin.as_ref();
        let nothing_unread =
            stdin.is_some_and(|stdin| terminal::unread(stdin.as_fd()).is_ok_and(|n| n == 0));
        // What comes back out of a terminal is not input.
        let may = streams.wants_input() && (nothing_unread || streams.is_terminal());
        let waits = may && waits_for(sandbox, &pids());
        if waits {
            self.next = None;
        }
        waits
    }
}

fn waits_for(sandbox: &Sandbox, pids: &[u32]) -> bool {
    // Nobody but their own identity may ask.
    let ids = sandbox.ids;
    let waits = || {
        let threads = pids
            .iter()
            .flat_map(|pid| threads_of(*pid))
            .take(MOST_THREADS);
        threads
            .into_iter()
            .any(|thread| blocks_on(&thread, sandbox.input))
    };
    ids::with_file_ids(ids.program, ids.program_gid, waits).unwrap_or(false)
}

/// The folders of a process's threads.
fn threads_of(pid: u32) -> Vec<String> {
    let folder = format!("/proc/{pid}/task");
    let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
    let name = |entry: fs::DirEntry| entry.file_name().into_string().ok();
    (entries.filter_map(name))
        .map(|thread| format!("{folder}/{thread}"))
        .take(MOST_THREADS)
        .collect()
}

/// Whether a thread is inside a call that ends when `input` can be read.
fn blocks_on(thread: &str, input: Identity) -> bool {
    let Some(call) = fs::read_to_string(format!("{thread}/syscall"))
        .ok()
        .as_deref()
        .and_then(Call::parse)
    else {
        return false;
    };
    let is_input = |fd: u64| {
        let found = Identity::of_other(&format!("{thread}/fd/{fd}"));
        found.is_ok_and(|found| found == input)
    };
    let memory = |address: u64, into: &mut [u8]| {
        let opened = File::open(format!("{thread}/mem"));
        opened.is_ok_and(|file| file.read_exact_at(into, address).is_ok())
    };
    match call.waits() {
        Some(Waits::One(fd)) => is_input(fd),
        Some(Waits::Polled { at, count }) if count <= MOST_POLLED => (0..count).any(|nth| {
            // struct pollfd: int fd, short events, short revents
            let mut entry = [0; 8];
            let address = at.saturating_add(nth * entry.len() as u64);
            memory(address, &mut entry) && {
                let [a, b, c, d, events, _, _, _] = entry;
                let fd = i32::from_ne_bytes([a, b, c, d]);
                u64::try_from(fd).is_ok_and(is_input)
                    && libc::c_short::from(events) & libc::POLLIN != 0
            }
        }),
        Some(Waits::Selected { at, count }) => {
            let mut set = [0; libc::FD_SETSIZE / 8];
            let bytes = (count.div_ceil(8) as usize).min(set.len());
            memory(at, &mut set[..bytes])
                && (0..count.min(libc::FD_SETSIZE as u64))
                    .any(|fd| set[fd as usize / 8] & (1 << (fd % 8)) != 0 && is_input(fd))
        }
        Some(Waits::Epoll(fd)) => {
            let told = fs::read_to_string(format!("{thread}/fdinfo/{fd}")).unwrap_or_default();
            let watched = told.lines().filter_map(|line| line.strip_prefix("tfd:"));
            let number = |line: &str| line.split_ascii_whitespace().next()?.parse().ok();
            watched.filter_map(number).any(is_input)
        }
        _ => false,
    }
}

/// A call that blocks, as `/proc/PID/task/TID/syscall` tells it: number and arguments.
struct Call {
    number: libc::c_long,
    arguments: [u64; 6],
}

/// What it waits for.
#[derive(Debug, PartialEq, Eq)]
enum Waits {
    One(u64),
    /// For ever, like the rest: with a time limit a program does something else as well.
    Polled {
        at: u64,
        count: u64,
    },
    Selected {
        at: u64,
        count: u64,
    },
    Epoll(u64),
}

impl Call {
    /// A line of `NUMBER 0xARGUMENT… 0xSTACK 0xCODE`; `running` tells nothing.
    fn parse(line: &str) -> Option<Self> {
        let mut words = line.split_ascii_whitespace();
        let number = words.next()?.parse().ok()?;
        let mut arguments = [0; 6];
        for argument in &mut arguments {
            *argument = u64::from_str_radix(words.next()?.strip_prefix("0x")?, 16).ok()?;
        }
        Some(Self { number, arguments })
    }

    fn waits(&self) -> Option<Waits> {
        const FOR_EVER: u32 = u32::MAX; // -1 as a C int
        let [first, second, third, fourth, fifth, _] = self.arguments;
        let selected = Waits::Selected {
            at: second,
            count: first,
        };
        let polled = Waits::Polled {
            at: first,
            count: second,
        };
        Some(match self.number {
            libc::SYS_read | libc::SYS_readv => Waits::One(first),
            #[cfg(target_arch = "x86_64")]
            libc::SYS_poll if third as u32 == FOR_EVER => polled,
            libc::SYS_ppoll if third == 0 => polled,
            #[cfg(target_arch = "x86_64")]
            libc::SYS_select if fifth == 0 => selected,
            libc::SYS_pselect6 if fifth == 0 => selected,
            #[cfg(target_arch = "x86_64")]
            libc::SYS_epoll_wait if fourth as u32 == FOR_EVER => Waits::Epoll(first),
            libc::SYS_epoll_pwait if fourth as u32 == FOR_EVER => Waits::Epoll(first),
            _ => return None,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(line: &str) -> Option<Waits> {
        Call::parse(line).and_then(|call| call.waits())
    }

    #[test]
    fn a_read_waits_for_its_descriptor() {
        let line = "0 0x3 0x7ffc 0x1000 0x0 0x0 0x0 0x7ffe 0x7f00\n";
        assert_eq!(waits(line), Some(Waits::One(3)));
        assert_eq!(waits("running\n"), None);
        assert_eq!(waits("-1 0x7ffe 0x7f00\n"), None);
    }

    #[test]
    #[cfg(target_arch = "x86_64")]
    fn whoever_polls_with_a_time_limit_does_something_else_too() {
        let polled = Waits::Polled { at: 0x10, count: 1 };
        let line = |timeout: &str| format!("7 0x10 0x1 {timeout} 0x0 0x0 0x0 0x1 0x1");
        assert_eq!(waits(&line("0xffffffff")), Some(polled));
        assert_eq!(waits(&line("0x64")), None);
        assert_eq!(waits("23 0x1 0x20 0x0 0x0 0x30 0x0 0x1 0x1"), None);
    }
}
