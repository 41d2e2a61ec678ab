//! Signs that a program has run into a limit which the kernel answers with nothing but an error.
//! Nobody tells afterwards: descriptors are closed and children gone when a program has ended. So
//! they are looked for while a call waits that programs make when they fail: a write to standard
//! error, or their end with a failure's exit code.

use super::meter;
use crate::sandbox::Sandbox;
use crate::seccomp::{Call, Waiting};
use crate::sys::process;
use std::time::{Duration, Instant};
use warmbox_protocol::Limits;

/// Between two looks at a write; more where a look itself takes long, so that a program that writes
/// all the time is not slowed by more than a tenth.
const PAUSE: Duration = Duration::from_millis(1);
const SHARE: u32 = 10;
/// Orphans are children of the first process as the program is: a crowd of them that fails must not
/// keep the supervisor busy.
const LAST_WORDS: u32 = 8;

#[derive(Debug)]
pub(super) struct Signs {
    next: Instant,
    last_words_left: u32,
    /// A process had as many descriptors open as it may, or one less, which is too few for a pipe.
    pub(super) no_descriptor_left: bool,
    /// It may have had: the kernel's table of its descriptors, which never shrinks, is that large.
    pub(super) table_was_filled: bool,
    pub(super) disk_was_full: bool,
}

impl Signs {
    pub(super) fn new(now: Instant) -> Self {
        Self {
            next: now,
            last_words_left: LAST_WORDS,
            no_descriptor_left: false,
            table_was_filled: false,
            disk_was_full: false,
        }
    }

    /// Whether this call is worth a look. The end of the program itself is at any time.
    pub(super) fn due(&mut self, waiting: &Waiting, sandbox: &Sandbox) -> bool {
        if Instant::now() >= self.next {
            return true;
        }
        let last_word = waiting.call == Call::Fail
            && self.last_words_left > 0
            && process::parent_of(waiting.thread) == Some(sandbox.pid as u32);
        self.last_words_left -= u32::from(last_word);
        last_word
    }

    pub(super) fn look(&mut self, waiting: &Waiting, sandbox: &Sandbox, limits: &Limits) {
        let began = Instant::now();
        let open = open_descriptors(waiting.thread);
        self.no_descriptor_left |= open >= few_left(limits);
        self.table_was_filled |= table_size(waiting.thread) >= limits.open_files;
        self.disk_was_full |= meter::room(sandbox).full;
        self.next = began + PAUSE.max(began.elapsed() * SHARE);
    }
}

/// So many open descriptors are all, or too few are left for what makes two.
pub(super) fn few_left(limits: &Limits) -> u64 {
    limits.open_files - 1
}

fn table_size(thread: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{thread}/status")).unwrap_or_default();
    let size = status.lines().find_map(|line| line.strip_prefix("FDSize:"));
    size.and_then(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

/// Since Linux 6.2 the size of the folder tells; before, it is 0.
fn open_descriptors(thread: u32) -> u64 {
    let folder = format!("/proc/{thread}/fd");
    match std::fs::metadata(&folder).map(|folder| folder.len()) {
        Ok(0) => std::fs::read_dir(&folder).map_or(0, |entries| entries.count() as u64),
        other => other.unwrap_or(0),
    }
}
