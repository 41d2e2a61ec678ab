//! The front: connections from outside, from the socket to the routes. How many there may be at
//! once, how long one may make no progress, TLS, and their end. Knows the protocols' versions and
//! nothing of what is asked.

mod conversation;
mod listener;
mod patience;
mod tls;

pub(super) use listener::Listening;
pub(super) use tls::Tls;
pub use tls::TlsError;

use crate::config::NetSettings;
use axum::Router;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// After a failure to accept, most likely for want of descriptors.
const PAUSE: Duration = Duration::from_millis(100);
/// Who asks nothing for so long is not about to.
const SILENCE: Duration = Duration::from_secs(1);

/// What serves connections. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Front(Arc<Shared>);

struct Shared {
    listening: Listening,
    router: Router,
    /// For those who speak without TLS where they should.
    told_of_tls: Router,
    tls: Option<Tls>,
    settings: NetSettings,
    /// How long a connection may be open with no request.
    idle: Duration,
    places: Arc<Semaphore>,
    connections: TaskTracker,
    /// Accepted and still there.
    open: AtomicUsize,
    /// Nothing more is accepted.
    closed: CancellationToken,
    /// What is open ends after the request that it is at.
    ending: CancellationToken,
    /// What is open and has been silent for a while ends now.
    leaving: CancellationToken,
}

impl Front {
    pub(super) fn new(
        listening: Listening,
        router: Router,
        told_of_tls: Router,
        tls: Option<Tls>,
        settings: NetSettings,
        idle: Duration,
    ) -> Self {
        Self(Arc::new(Shared {
            listening,
            router,
            told_of_tls,
            tls,
            idle,
            places: Arc::new(Semaphore::new(settings.max_connections)),
            settings,
            connections: TaskTracker::new(),
            open: AtomicUsize::new(0),
            closed: CancellationToken::new(),
            ending: CancellationToken::new(),
            leaving: CancellationToken::new(),
        }))
    }

    /// Accepts until nothing more is to be accepted, and then waits for the end.
    pub(super) async fn accept(self) {
        self.accept_until_closed().await;
        std::future::pending().await
    }

    async fn accept_until_closed(&self) {
        let shared = &self.0;
        loop {
            let place = tokio::select! {
                // The semaphore is never closed.
                Ok(place) = shared.places.clone().acquire_owned() => place,
                () = shared.closed.cancelled() => return,
            };
            tokio::select! {
                accepted = shared.listening.accept() => match accepted {
                    Ok((stream, address)) => self.serve(stream, address, place),
                    Err(error) => {
                        tracing::warn!(%error, "cannot accept a connection");
                        sleep(PAUSE).await;
                    }
                },
                () = shared.closed.cancelled() => return,
            }
        }
    }

    /// Connections that are open, and how many there may be.
    pub(super) fn connections(&self) -> (usize, usize) {
        let shared = &self.0;
        let open = shared.open.load(Ordering::Relaxed);
        (open, shared.settings.max_connections)
    }

    pub(super) fn is_inherited(&self) -> bool {
        self.0.listening.is_inherited()
    }

    /// From now on each connection ends with the request that it is at. Where another server has
    /// the same socket, new connections are left to it.
    pub(super) fn begin_to_end(&self) {
        self.0.ending.cancel();
        if self.0.listening.is_inherited() {
            self.0.closed.cancel();
        }
    }

    /// Waits until every connection has ended; those that are silent are ended before long.
    pub(super) async fn left(&self) {
        let connections = &self.0.connections;
        connections.close();
        self.0.leaving.cancel();
        connections.wait().await;
    }

    /// Accepts nothing more, answers what has come, and waits for all answers to be written, no
    /// longer than `patience`. Nobody who was let in is cut off unanswered.
    pub(super) async fn end(&self, patience: Duration) {
        let shared = &self.0;
        if !shared.closed.is_cancelled() {
            shared.closed.cancel();
            shared.listening.turn_away();
            // They are in the kernel's queue, and take each other for a server that answers.
            while let Some((stream, address)) = shared.listening.accept_now() {
                if let Ok(place) = shared.places.clone().try_acquire_owned() {
                    self.serve(stream, address, place);
                }
            }
        }
        shared.connections.close();
        shared.leaving.cancel();
        let all = timeout(SILENCE + patience, shared.connections.wait());
        if all.await.is_err() {
            tracing::warn!("some answers were not read in time");
        }
    }

    fn serve(&self, stream: TcpStream, address: SocketAddr, place: OwnedSemaphorePermit) {
        let front = self.clone();
        front.0.open.fetch_add(1, Ordering::Relaxed);
        let counted = Open(front.0.clone());
        let kept = Kept(Arc::new((place, counted, self.0.connections.token())));
        self.0.connections.spawn(async move {
            // Clients break connections as they like; what was asked has its own line in the log.
            if let Err(error) = front.converse(stream, address, &kept).await {
                tracing::debug!(%address, error, "a connection ended");
            }
        });
    }
}

/// What a connection has for as long as anything is sent on it: its place, and the server's patience at
/// the end. A WebSocket goes on when what made it is over.
#[derive(Clone)]
struct Kept(
    #[expect(dead_code, reason = "held, and never looked at")]
    Arc<(OwnedSemaphorePermit, Open, TaskTrackerToken)>,
);

/// One connection in the count of those that are open.
struct Open(Arc<Shared>);

impl Drop for Open {
    fn drop(&mut self) {
        self.0.open.fetch_sub(1, Ordering::Relaxed);
    }
}
