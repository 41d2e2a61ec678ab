//! The three standard streams of a run: input fed as it is taken, output carried to the link.
//!
//! Both outputs are pipes of their own, and two pipes do not tell in which order they were
//! written. So the filter holds every write to standard error until the supervisor has read
//! what was written before ([`Streams::settle`]). Programs that write to standard output only,
//! which is most, pay nothing for it. Writes of several processes at once have no order, and
//! neither has standard error under another number.

use super::files;
use super::link::Link;
use super::output::{Chunk, Output};
use super::{LinkError, Stop};
use crate::failure::Step;
use crate::sandbox::Sandbox;
use crate::seccomp::{Listener, Waiting};
use crate::sys::{fd, text};
use std::io;
use std::os::fd::{AsFd, AsRawFd, RawFd};
use std::time::Instant;
use warmbox_protocol::frame::CHUNK_BYTES;
use warmbox_protocol::{Following, FromRunner, RunSpec, Stream};

/// While the server has this much unread, the program's pipes are left alone: it is slowed
/// down, and nothing grows.
const UNREAD_LIMIT: usize = 1 << 20;
/// Reads of one stream in one round: enough to empty a pipe, few enough that a writer without
/// end cannot keep the timers from being looked at.
const READS_PER_ROUND: usize = 32;
/// After reading what is mostly thrown away the supervisor rests for so many times as long as it took:
/// a program that floods its output costs its neighbours no more than a fifth of a core, and still
/// gets rid of hundreds of megabytes a second.
const RESTS: u32 = 9;

/// What a terminal takes for the end of its input, at the beginning of a line (`VEOF`, termios(3)).
const END_OF_INPUT: u8 = 4;

/// What a program has said of an error, in the C library's own words. An interpreter has often closed
/// its files again by then, so that nothing but its word is left; what it says is believed only
/// where it can be true.
#[derive(Debug, Default)]
pub(super) struct Complaints {
    /// EMFILE
    pub(super) too_many_open_files: bool,
    /// EFBIG
    pub(super) file_too_large: bool,
}

impl Complaints {
    fn hear(&mut self, words: &[u8]) {
        self.too_many_open_files |= text::has(words, b"Too many open files");
        self.file_too_large |= text::has(words, b"File too large");
    }
}

pub(super) struct Streams<'a> {
    spec: &'a RunSpec,
    pub(super) output: Output,
    stdout_open: bool,
    stderr_open: bool,
    listener: Option<Listener>,
    listening_ended: bool,
    pub(super) complaints: Complaints,
    /// Until then nothing is read: see `RESTS`.
    pub(super) rests_until: Instant,
    stdin: Vec<u8>,
    stdin_at: usize,
    stdin_open: bool,
    /// Bytes of the input that are not held here any more, and what was told of them.
    taken: u64,
    taken_told: u64,
}

impl<'a> Streams<'a> {
    pub(super) fn new(
        spec: &'a RunSpec,
        sandbox: &mut Sandbox,
        listener: Option<Listener>,
    ) -> Self {
        let mut stdin = spec.stdin.clone();
        if spec.terminal.is_some() && !spec.stdin_open {
            stdin.push(END_OF_INPUT);
        }
        if stdin.is_empty() && !spec.stdin_open {
            sandbox.stdin = None;
        }
        Self {
            spec,
            output: match spec.following {
                Following::Live => Output::followed(spec.limits.output_bytes),
                Following::Nobody | Following::Aside => Output::new(spec.limits.output_bytes),
            },
            stdout_open: true,
            stderr_open: true,
            listener,
            listening_ended: false,
            complaints: Complaints::default(),
            rests_until: Instant::now(),
            stdin,
            stdin_at: 0,
            stdin_open: spec.stdin_open,
            taken: 0,
            taken_told: 0,
        }
    }

    pub(super) fn open(&self) -> bool {
        self.stdout_open || self.stderr_open
    }

    /// What to poll: (notices, stderr, stdout); -1 for what is not to be looked at now.
    pub(super) fn outputs(&self, sandbox: &Sandbox, link: &Link, dead: bool) -> [RawFd; 3] {
        // A call that waits goes on waiting as well: that is the slowing down.
        let waits = link.pending() > UNREAD_LIMIT || Instant::now() < self.rests_until;
        if waits && !dead {
            return [-1; 3];
        }
        let wanted = |open: bool, fd: RawFd| if open { fd } else { -1 };
        [
            self.listener
                .as_ref()
                .filter(|_| !dead)
                .map_or(-1, Listener::descriptor),
            wanted(self.stderr_open, sandbox.stderr.as_raw_fd()),
            wanted(self.stdout_open, sandbox.stdout.as_raw_fd()),
        ]
    }

    /// The pipe into the program, where there is something for it.
    pub(super) fn input(&self, sandbox: &Sandbox) -> RawFd {
        match &sandbox.stdin {
            Some(stdin) if self.stdin_at < self.stdin.len() => stdin.as_raw_fd(),
            _ => -1,
        }
    }

    /// A process is about to write to standard error, or to fail: read all that was written before.
    /// What waits in standard error was written before what waits in standard output, or its write
    /// would have been told of. Answers the call that waits, for [`let_go`](Self::let_go).
    pub(super) fn settle(
        &mut self,
        sandbox: &Sandbox,
        link: &mut Link,
    ) -> Result<Option<Waiting>, Stop> {
        let Some(listener) = &self.listener else {
            return Ok(None);
        };
        let waiting = listener.take().step("hear of a call")?;
        self.carry(Stream::Stderr, sandbox, link)?;
        self.carry(Stream::Stdout, sandbox, link)?;
        Ok(waiting)
    }

    /// Lets a call go on.
    pub(super) fn let_go(&self, waiting: Waiting) -> Result<(), Stop> {
        match &self.listener {
            Some(listener) => Ok(listener.let_go(waiting).step("let a call go on")?),
            None => Ok(()),
        }
    }

    /// The filter's last process is gone.
    pub(super) fn stop_listening(&mut self) {
        self.listening_ended = true;
        self.listener = None;
    }

    /// What is read first when both streams hold something: see `settle`; without a listener it
    /// is a guess, and programs mostly say something before they complain.
    pub(super) fn reading_order(&self) -> [Stream; 2] {
        if self.listener.is_some() || self.listening_ended {
            [Stream::Stderr, Stream::Stdout]
        } else {
            [Stream::Stdout, Stream::Stderr]
        }
    }

    /// Reads what one stream holds.
    pub(super) fn carry(
        &mut self,
        stream: Stream,
        sandbox: &Sandbox,
        link: &mut Link,
    ) -> Result<(), Stop> {
        let (pipe, open) = match stream {
            Stream::Stdout => (&sandbox.stdout, &mut self.stdout_open),
            Stream::Stderr => (&sandbox.stderr, &mut self.stderr_open),
        };
        let began = Instant::now();
        let mut buffer = [0_u8; CHUNK_BYTES];
        let mut drained = false;
        for _ in 0..READS_PER_ROUND {
            // A read that did not fill the buffer has emptied the pipe.
            if !*open || drained {
                break;
            }
            match fd::read(pipe.as_fd(), &mut buffer) {
                Ok(0) => *open = false,
                Ok(got) => {
                    drained = got < buffer.len();
                    if stream == Stream::Stderr {
                        self.complaints.hear(&buffer[..got]);
                    }
                    if let Some(chunk) = self.output.push(stream, &buffer[..got]) {
                        send(self.spec, chunk, link)?;
                    }
                }
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                // A terminal that nobody has open any more.
                Err(e) if e.raw_os_error() == Some(libc::EIO) => *open = false,
                Err(e) => Err(e).step("read the program's output")?,
            }
        }
        if self.over_limit() {
            let now = Instant::now();
            self.rests_until = now + (now - began) * RESTS;
        }
        Ok(())
    }

    /// More input from the server.
    pub(super) fn add_input(&mut self, bytes: Vec<u8>, sandbox: &Sandbox) {
        if self.stdin_open && sandbox.stdin.is_none() {
            self.taken += bytes.len() as u64; // nobody's
        } else if self.stdin_open {
            self.stdin.drain(..self.stdin_at);
            self.stdin_at = 0;
            self.stdin.extend(bytes);
        }
    }

    /// No more input will come.
    pub(super) fn close_input(&mut self, sandbox: &mut Sandbox) {
        if self.stdin_open && self.spec.terminal.is_some() {
            self.stdin.push(END_OF_INPUT);
        }
        self.stdin_open = false;
        self.feed(sandbox);
    }

    pub(super) fn is_terminal(&self) -> bool {
        self.spec.terminal.is_some()
    }

    /// More input may come, and the program has been given all that has.
    pub(super) fn wants_input(&self) -> bool {
        self.stdin_open && self.stdin_at == self.stdin.len()
    }

    /// Writes what the program takes of its input now; closes it after the last byte.
    pub(super) fn feed(&mut self, sandbox: &mut Sandbox) {
        let Some(stdin) = &sandbox.stdin else {
            return;
        };
        match fd::write(stdin.as_fd(), &self.stdin[self.stdin_at..]) {
            Ok(put) => {
                self.stdin_at += put;
                self.taken += put as u64;
            }
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return,
            // The program closed its input or ended: what is left is nobody's.
            Err(_) => {
                sandbox.stdin = None;
                self.taken += (self.stdin.len() - self.stdin_at) as u64;
                self.stdin_at = self.stdin.len();
                return;
            }
        }
        if self.stdin_at == self.stdin.len() && !self.stdin_open {
            sandbox.stdin = None;
        }
    }

    /// Tells whoever sends input how much of it is no longer held here.
    pub(super) fn tell_taken(&mut self, link: &mut Link) -> Result<(), LinkError> {
        if self.spec.following == Following::Nobody || self.taken == self.taken_told {
            return Ok(());
        }
        self.taken_told = self.taken;
        let at_first = self.spec.stdin.len() as u64;
        link.queue(&FromRunner::InputTaken {
            run: self.spec.run,
            bytes: self.taken.saturating_sub(at_first),
        })
    }

    /// Sends the tails that were kept for the end.
    pub(super) fn send_tails(&mut self, link: &mut Link) -> Result<(), LinkError> {
        for chunk in self.output.take_tails() {
            for (piece, _) in files::pieces(&chunk.bytes) {
                let (seq, stream, bytes) = (chunk.seq, chunk.stream, piece.to_vec());
                send(self.spec, Chunk { seq, stream, bytes }, link)?;
            }
        }
        Ok(())
    }

    /// A stream has exceeded what is kept of it.
    pub(super) fn over_limit(&self) -> bool {
        let (stdout, stderr) = self.output.totals();
        stdout.max(stderr) > self.spec.limits.output_bytes
    }
}

fn send(spec: &RunSpec, chunk: Chunk, link: &mut Link) -> Result<(), LinkError> {
    link.queue(&FromRunner::Output {
        run: spec.run,
        seq: chunk.seq,
        stream: chunk.stream,
        bytes: chunk.bytes,
    })
}
