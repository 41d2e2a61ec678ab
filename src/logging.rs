//! Where log lines go: stderr, as text for people or JSON for machines. Written by a thread of its
//! own from a queue that is bounded: a terminal that hangs, a reader that is gone or a disk that is
//! full costs lines, which are counted, and never the service.

use crate::config::{Config, LogFormat};
use std::io::{self, IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tracing_appender::non_blocking::{ErrorCounter, NonBlockingBuilder, WorkerGuard};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Registry, fmt, reload};

/// Libraries that write down every byte they send. A filter that names them has the last word.
const QUIET: &str = "bollard=warn,hyper_util=warn,hyper=warn,h2=warn,rustls=warn";
/// Lines that may wait to be written.
const QUEUE: usize = 8192;

/// Panics of this process so far, wherever they were caught.
static PANICS: AtomicU64 = AtomicU64::new(0);

/// The log of this process. Cheap to clone.
#[derive(Clone)]
pub struct Log {
    filter: reload::Handle<EnvFilter, Registry>,
    dropped: ErrorCounter,
    failed: Arc<AtomicU64>,
}

/// What still has to be written, and to be sent: done when it goes, within a few seconds.
pub struct Last {
    #[cfg(feature = "otel")]
    _traces: Option<crate::traces::Traces>,
    _lines: WorkerGuard,
}

/// Sets up the log of this process.
///
/// # Errors
/// A filter that cannot be read.
pub fn start(config: &Config) -> Result<(Log, Last), String> {
    let (filter, handle) = reload::Layer::new(filter(&config.log_filter)?);
    let failed = Arc::<AtomicU64>::default();
    let stderr = Stderr(failed.clone());
    let (writer, guard) = NonBlockingBuilder::default()
        .buffered_lines_limit(QUEUE)
        .lossy(true)
        .thread_name("log")
        .finish(stderr);
    let dropped = writer.error_counter();
    let log = tracing_subscriber::registry().with(filter);
    #[cfg(feature = "otel")]
    let (log, traces) = {
        let (layer, traces) = crate::traces::layer()?.unzip();
        (log.with(layer), traces)
    };
    let lines = fmt::layer().with_writer(writer);
    match config.log_format {
        LogFormat::Json => log.with(lines.json().flatten_event(true)).init(),
        LogFormat::Pretty => log.with(lines.with_ansi(io::stderr().is_terminal())).init(),
    }
    std::panic::set_hook(Box::new(|panic| {
        PANICS.fetch_add(1, Ordering::Relaxed);
        let thread = std::thread::current();
        let at = panic.location().map(ToString::to_string);
        let payload = panic.payload();
        let text = payload.downcast_ref::<&str>().copied();
        let text = text.or_else(|| payload.downcast_ref::<String>().map(String::as_str));
        let message = text.unwrap_or("no message");
        tracing::error!(message, at, thread = thread.name(), "a panic");
    }));
    let log = Log {
        filter: handle,
        dropped,
        failed,
    };
    let last = Last {
        #[cfg(feature = "otel")]
        _traces: traces,
        _lines: guard,
    };
    Ok((log, last))
}

/// Panics of this process so far.
pub fn panics() -> u64 {
    PANICS.load(Ordering::Relaxed)
}

impl Log {
    /// Lines that were never written: the queue was full, or stderr refused them.
    pub fn lost(&self) -> u64 {
        self.dropped.dropped_lines() as u64 + self.failed.load(Ordering::Relaxed)
    }

    /// Lets other lines through from now on.
    ///
    /// # Errors
    /// A filter that cannot be read; the old one stays.
    pub fn set_filter(&self, text: &str) -> Result<(), String> {
        let filter = filter(text)?;
        self.filter
            .reload(filter)
            .map_err(|error| error.to_string())
    }
}

fn filter(text: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(format!("{QUIET},{text}"))
        .map_err(|error| format!("log filter {text:?}: {error}"))
}

/// Takes every line; those that could not be written are counted.
struct Stderr(Arc<AtomicU64>);

impl Write for Stderr {
    fn write(&mut self, line: &[u8]) -> io::Result<usize> {
        if io::stderr().write_all(line).is_err() {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
