//! A run's own side: where it tells what it does, and hears what it is to do.

use super::Event;
use super::feed::Feed;
use super::input::{Input, Piece};
use crate::judge::TestAnswer;
use crate::run::answer::{CompileAnswer, UsageAnswer};
use crate::run::text::Utf8;
use bytes::Bytes;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::mpsc;
use uuid::Uuid;
use warmbox_protocol::{Following, RunId, Stream, TerminalSize, ToRunner, Usage};

/// What a running program may be told, apart from its input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Command {
    /// By number.
    Signal(i32),
    Resize(TerminalSize),
}

/// Who hears what a run tells.
enum Hears {
    /// Whoever follows it.
    Feed(Feed),
    /// Another program, of what this one writes to standard output.
    Program(Input),
}

impl Hears {
    fn tell(&self, event: &Event<'_>) {
        if let Self::Feed(feed) = self {
            feed.push(event);
        }
    }
}

/// A run that is followed, as the run sees it.
pub struct Follow {
    hears: Hears,
    following: Following,
    /// Nothing where the request has all of it.
    pub(super) input: Option<Input>,
    pub(super) commands: mpsc::Receiver<Command>,
    stdout: Utf8,
    stderr: Utf8,
    started: bool,
    told_output: bool,
}

/// The queue, as whoever follows a run hears of it.
pub struct Queue {
    feed: Feed,
    run_id: Uuid,
    told: AtomicBool,
}

impl Queue {
    /// The place in the queue, and at first also that there was none.
    pub fn stands_at(&self, position: usize) {
        let first = !self.told.swap(true, Ordering::Relaxed);
        if first || position > 0 {
            let run_id = self.run_id;
            self.feed.push(&Event::Queued { run_id, position });
        }
    }
}

impl Follow {
    pub(super) fn new(feed: Feed, input: Option<Input>, commands: mpsc::Receiver<Command>) -> Self {
        Self::with(Hears::Feed(feed), Following::Live, input, commands)
    }

    /// Of a run that goes on whether somebody looks or not.
    pub fn aside(feed: Feed) -> Self {
        let (_, nobody) = mpsc::channel(1);
        Self::with(Hears::Feed(feed), Following::Aside, None, nobody)
    }

    /// Of a program that talks with another: it reads the one and writes the other.
    pub fn talking(reads: Input, writes: Input) -> Self {
        let (_, nobody) = mpsc::channel(1);
        Self::with(Hears::Program(writes), Following::Live, Some(reads), nobody)
    }

    fn with(
        hears: Hears,
        following: Following,
        input: Option<Input>,
        commands: mpsc::Receiver<Command>,
    ) -> Self {
        Self {
            hears,
            following,
            input,
            commands,
            stdout: Utf8::default(),
            stderr: Utf8::default(),
            started: false,
            told_output: false,
        }
    }

    pub fn following(&self) -> Following {
        self.following
    }

    /// More standard input may come.
    pub fn has_input(&self) -> bool {
        self.input.is_some()
    }

    /// Something of this run has left the server, or something that cannot be given twice has come:
    /// it must not be tried again.
    pub fn is_committed(&self) -> bool {
        self.told_output || self.input.as_ref().is_some_and(Input::is_begun)
    }

    /// Where its places in queues are told, one for each stage.
    pub fn queue(&self, run_id: Uuid) -> Option<Queue> {
        match &self.hears {
            Hears::Feed(feed) => Some(Queue {
                feed: feed.clone(),
                run_id,
                told: AtomicBool::new(false),
            }),
            Hears::Program(_) => None,
        }
    }

    pub fn compiled(&self, compile: &CompileAnswer) {
        self.hears.tell(&Event::Compile { compile });
    }

    pub fn tested(&self, test: &TestAnswer) {
        self.hears.tell(&Event::Test { test });
    }

    pub fn image(&self, image: &str) {
        self.hears.tell(&Event::Image { image });
    }

    /// Once, however often the run is tried.
    pub fn started(&mut self) {
        if !self.started {
            self.started = true;
            self.hears.tell(&Event::Started);
        }
    }

    /// What the program wrote. A character whose rest is still to come waits for it.
    pub fn output(&mut self, stream: Stream, bytes: &[u8]) {
        if let Hears::Program(other) = &self.hears {
            if stream == Stream::Stdout {
                self.told_output = true;
                // There was room for what a runner sends at once.
                let _ = other.write(Bytes::copy_from_slice(bytes));
            }
            return;
        }
        let decoder = match stream {
            Stream::Stdout => &mut self.stdout,
            Stream::Stderr => &mut self.stderr,
        };
        let mut text = String::new();
        decoder.decode(bytes, |part| text.push_str(part));
        self.tell(stream, &text);
    }

    /// The program's streams are at their end.
    pub fn output_ends(&mut self) {
        for stream in [Stream::Stdout, Stream::Stderr] {
            let decoder = match stream {
                Stream::Stdout => &mut self.stdout,
                Stream::Stderr => &mut self.stderr,
            };
            let mut text = String::new();
            decoder.end(|part| text.push_str(part));
            self.tell(stream, &text);
        }
    }

    fn tell(&mut self, stream: Stream, text: &str) {
        if text.is_empty() {
            return;
        }
        self.told_output = true;
        self.hears.tell(&match stream {
            Stream::Stdout => Event::Stdout { text },
            Stream::Stderr => Event::Stderr { text },
        });
    }

    pub fn waits_for_input(&self) {
        self.hears.tell(&Event::WaitingForInput);
    }

    pub fn used(&self, usage: &Usage) {
        let usage = UsageAnswer::from(usage);
        self.hears.tell(&Event::Usage { usage });
    }

    pub fn input_taken(&self, bytes: u64) {
        if let Some(input) = &self.input {
            input.taken(bytes);
        }
    }

    /// Whether its reader keeps up.
    pub fn has_room(&self) -> bool {
        match &self.hears {
            Hears::Feed(feed) => feed.has_room(),
            Hears::Program(other) => other.has_room(),
        }
    }

    /// Waits until its reader has caught up.
    pub fn room(&self) -> impl Future<Output = ()> + use<> {
        let waits = match &self.hears {
            Hears::Feed(feed) => Ok(feed.clone()),
            Hears::Program(other) => Err(other.clone()),
        };
        async move {
            match waits {
                Ok(feed) => feed.room().await,
                Err(other) => other.room().await,
            }
        }
    }

    /// The next thing that the run's runner is to be told; waits for it. Cancel-safe.
    pub async fn next(&mut self, run: RunId) -> ToRunner {
        let input = async {
            match &self.input {
                Some(input) => input.next().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            Some(command) = self.commands.recv() => match command {
                Command::Signal(signal) => ToRunner::Signal { run, signal },
                Command::Resize(size) => ToRunner::Resize { run, size },
            },
            piece = input => match piece {
                Piece::Bytes(bytes) => ToRunner::Stdin { run, bytes: bytes.into() },
                Piece::End => ToRunner::CloseStdin { run },
            },
        }
    }
}
