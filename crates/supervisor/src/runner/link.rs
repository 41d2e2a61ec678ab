//! The supervisor's end of the link: framed messages over stdin and stdout.
//!
//! Neither direction ever blocks while a run is going on: a server that reads slowly must not
//! be able to hold up a timer.

use crate::sys::fd;
use std::collections::VecDeque;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd, RawFd};
use std::time::{Duration, Instant};
use warmbox_protocol::frame::{self, CHUNK_BYTES, Decoder, MAX_FROM_RUNNER, MAX_TO_RUNNER};
use warmbox_protocol::{FromRunner, ToRunner};

/// How long a server may leave a finished answer unread before the runner gives up on it.
const FLUSH_DEADLINE: Duration = Duration::from_secs(30);

/// Why the link is of no more use.
#[derive(Debug)]
pub enum LinkError {
    /// The server is gone, or does not read.
    Ended,
    Malformed(String),
}

/// Both directions and what waits in each.
pub struct Link {
    streams: Option<Streams>,
    decoder: Decoder,
    arrived: VecDeque<ToRunner>,
    outbox: Vec<u8>,
    sent: usize,
}

struct Streams {
    input: OwnedFd,
    output: OwnedFd,
}

impl Link {
    /// A link over two descriptors, which become non-blocking.
    pub fn new(input: OwnedFd, output: OwnedFd) -> io::Result<Self> {
        fd::set_nonblocking(input.as_fd())?;
        fd::set_nonblocking(output.as_fd())?;
        Ok(Self::with(Some(Streams { input, output })))
    }

    /// A link to nowhere that keeps what is sent, for the warm-up.
    pub fn captured() -> Self {
        Self::with(None)
    }

    fn with(streams: Option<Streams>) -> Self {
        Self {
            streams,
            decoder: Decoder::new(MAX_TO_RUNNER),
            arrived: VecDeque::new(),
            outbox: Vec::new(),
            sent: 0,
        }
    }

    /// What a captured link was sent.
    pub fn take_captured(&mut self) -> Result<Vec<FromRunner>, LinkError> {
        let mut decoder = Decoder::new(MAX_FROM_RUNNER);
        decoder.push(&std::mem::take(&mut self.outbox));
        let mut messages = Vec::new();
        while let Some(message) = decoder.take().map_err(malformed)? {
            messages.push(message);
        }
        Ok(messages)
    }

    /// Puts a message into the outbox.
    pub fn queue(&mut self, message: &FromRunner) -> Result<(), LinkError> {
        frame::encode(message, &mut self.outbox).map_err(malformed)
    }

    /// Bytes in the outbox.
    pub fn pending(&self) -> usize {
        match self.streams {
            Some(_) => self.outbox.len() - self.sent,
            None => 0,
        }
    }

    /// The descriptors to poll: (readable means messages, writable means room).
    pub fn descriptors(&self) -> (RawFd, RawFd) {
        self.streams
            .as_ref()
            .map_or((-1, -1), |s| (s.input.as_raw_fd(), s.output.as_raw_fd()))
    }

    /// Sends what the other side takes now.
    pub fn pump_out(&mut self) -> Result<(), LinkError> {
        let Some(streams) = &self.streams else {
            return Ok(());
        };
        while self.sent < self.outbox.len() {
            match fd::write(streams.output.as_fd(), &self.outbox[self.sent..]) {
                Ok(put) => self.sent += put,
                Err(e) if e.kind() == io::ErrorKind::WouldBlock => break,
                Err(_) => return Err(LinkError::Ended),
            }
        }
        if self.sent == self.outbox.len() {
            self.outbox.clear();
            self.outbox.shrink_to(4 * CHUNK_BYTES);
            self.sent = 0;
        } else if self.sent > CHUNK_BYTES {
            self.outbox.drain(..self.sent);
            self.sent = 0;
        }
        Ok(())
    }

    /// Sends everything, waiting for the other side.
    pub fn flush(&mut self) -> Result<(), LinkError> {
        let deadline = Instant::now() + FLUSH_DEADLINE;
        loop {
            self.pump_out()?;
            if self.pending() == 0 {
                return Ok(());
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LinkError::Ended);
            }
            let mut fds = [fd::poll_entry(self.descriptors().1, libc::POLLOUT)];
            fd::poll(&mut fds, left.as_millis() as i32).map_err(|_| LinkError::Ended)?;
        }
    }

    /// The next message that has arrived, without waiting.
    pub fn try_receive(&mut self) -> Result<Option<ToRunner>, LinkError> {
        if self.arrived.is_empty() {
            self.pump_in()?;
        }
        Ok(self.arrived.pop_front())
    }

    /// The next message; `None` when `other` is readable first. Silence for that long is the end of
    /// the link.
    pub fn receive_within(
        &mut self,
        silence: Duration,
        other: Option<RawFd>,
    ) -> Result<Option<ToRunner>, LinkError> {
        let deadline = Instant::now() + silence;
        loop {
            if let Some(message) = self.try_receive()? {
                return Ok(Some(message));
            }
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(LinkError::Ended);
            }
            let mut fds = [
                fd::poll_entry(self.descriptors().0, libc::POLLIN),
                fd::poll_entry(other.unwrap_or(-1), libc::POLLIN),
            ];
            fd::poll(&mut fds, left.as_millis() as i32 + 1).map_err(|_| LinkError::Ended)?;
            if fds[0].revents == 0 && fds[1].revents != 0 {
                return Ok(None);
            }
        }
    }

    fn pump_in(&mut self) -> Result<(), LinkError> {
        let Some(streams) = &self.streams else {
            return Ok(());
        };
        let mut buffer = [0_u8; CHUNK_BYTES];
        match fd::read(streams.input.as_fd(), &mut buffer) {
            Ok(0) => return Err(LinkError::Ended),
            Ok(got) => self.decoder.push(&buffer[..got]),
            Err(e) if e.kind() == io::ErrorKind::WouldBlock => return Ok(()),
            Err(_) => return Err(LinkError::Ended),
        }
        while let Some(message) = self.decoder.take().map_err(malformed)? {
            self.arrived.push_back(message);
        }
        Ok(())
    }
}

fn malformed(error: frame::FrameError) -> LinkError {
    LinkError::Malformed(error.to_string())
}
