//! How long a connection may make no progress: a head that comes slowly, silence between requests,
//! an answer that is not taken. While a request is being executed a client rightly sends nothing.

use std::io::{self, ErrorKind, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep};
use tokio_io_timeout::TimeoutWriter;

/// A client that takes nothing of its answer for so long is cut off: the answer lies in memory.
const WRITE_DEADLINE: Duration = Duration::from_secs(30);

/// What a connection is at. Cheap to clone; all clones are of one connection.
#[derive(Clone)]
pub(super) struct Patience(Arc<Shared>);

struct Shared {
    /// Requests that are being executed.
    serving: AtomicUsize,
    /// When something happened last, in milliseconds after the connection was made.
    touched_ms: AtomicU64,
    made: Instant,
    /// Its frames are not heads.
    http2: AtomicBool,
    head: Duration,
    idle: Duration,
}

/// One request that is being executed.
pub(super) struct Serving(Patience);

impl Patience {
    pub(super) fn new(head: Duration, idle: Duration) -> Self {
        Self(Arc::new(Shared {
            serving: AtomicUsize::new(0),
            touched_ms: AtomicU64::new(0),
            made: Instant::now(),
            http2: AtomicBool::new(false),
            head,
            idle,
        }))
    }

    pub(super) fn of_http2(&self) {
        self.0.http2.store(true, Ordering::Relaxed);
    }

    pub(super) fn serving(&self) -> Serving {
        self.0.serving.fetch_add(1, Ordering::Relaxed);
        Serving(self.clone())
    }

    /// For how long nothing has come and nothing was executed.
    pub(super) fn silent_for(&self) -> Duration {
        if self.is_serving() {
            return Duration::ZERO;
        }
        let touched = Duration::from_millis(self.0.touched_ms.load(Ordering::Relaxed));
        self.0.made.elapsed().saturating_sub(touched)
    }

    fn touch(&self) {
        let now = self.0.made.elapsed().as_millis() as u64;
        self.0.touched_ms.store(now, Ordering::Relaxed);
    }

    fn is_serving(&self) -> bool {
        self.0.serving.load(Ordering::Relaxed) > 0
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        self.0.touch();
        self.0.0.serving.fetch_sub(1, Ordering::Relaxed);
    }
}

/// A connection that is ended when it makes no progress.
pub(super) struct Patient {
    stream: Pin<Box<TimeoutWriter<TcpStream>>>,
    patience: Patience,
    phase: Phase,
    timer: Pin<Box<Sleep>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Serving,
    /// Part of a request's head has come.
    Head,
    Idle,
}

impl Patient {
    pub(super) fn new(stream: TcpStream, patience: Patience) -> Self {
        let mut stream = TimeoutWriter::new(stream);
        stream.set_timeout(Some(WRITE_DEADLINE));
        Self {
            stream: Box::pin(stream),
            // Its first bytes are there already.
            phase: Phase::Head,
            timer: Box::pin(sleep(patience.0.head)),
            patience,
        }
    }

    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        let time = match phase {
            Phase::Serving => return,
            Phase::Head => self.patience.0.head,
            Phase::Idle => self.patience.0.idle,
        };
        self.timer.as_mut().reset(Instant::now() + time);
    }

    /// Follows what the connection is at.
    fn look(&mut self, came: bool) {
        let serving = self.patience.is_serving();
        let http1 = !self.patience.0.http2.load(Ordering::Relaxed);
        match self.phase {
            _ if serving => self.enter(Phase::Serving),
            Phase::Serving => self.enter(Phase::Idle),
            Phase::Idle if came && http1 => self.enter(Phase::Head),
            Phase::Head | Phase::Idle => {}
        }
    }
}

impl AsyncRead for Patient {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        if let Poll::Ready(read) = self.stream.as_mut().get_pin_mut().poll_read(cx, buffer) {
            let came = buffer.filled().len() > before;
            if came {
                self.patience.touch();
            }
            self.look(came);
            return Poll::Ready(read);
        }
        self.look(false);
        if self.phase == Phase::Serving {
            return Poll::Pending;
        }
        ready!(self.timer.as_mut().poll(cx));
        let what = match self.phase {
            Phase::Head => "the head of a request came too slowly",
            _ => "it was silent for too long",
        };
        Poll::Ready(Err(io::Error::new(ErrorKind::TimedOut, what)))
    }
}

impl AsyncWrite for Patient {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.stream.as_mut().poll_write(cx, bytes));
        self.enter_idle_after_writing();
        Poll::Ready(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.stream.as_mut().poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = ready!(self.stream.as_mut().poll_write_vectored(cx, parts));
        self.enter_idle_after_writing();
        Poll::Ready(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

impl Patient {
    /// An answer that is being taken is progress.
    fn enter_idle_after_writing(&mut self) {
        if self.phase == Phase::Idle {
            self.enter(Phase::Idle);
        }
    }
}
