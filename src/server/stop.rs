//! The stop: one way, whoever asked for it.

use super::Server;
use super::life::ServiceState;
use super::systemd;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};

/// How long runners may take to vanish once the last run is over.
const EMPTY_DEADLINE: Duration = Duration::from_secs(10);
/// How long those who wait for an answer may take to read it.
const READ_DEADLINE: Duration = Duration::from_secs(2);

/// Somebody wants the service to stop.
#[derive(Debug, Clone)]
pub struct Asked {
    /// Who: a signal, or an administrator.
    pub by: String,
    /// How long running work may go on, if not as configured.
    pub grace: Option<Duration>,
}

impl Asked {
    /// To stop as configured.
    pub fn by(whom: impl Into<String>) -> Self {
        Self {
            by: whom.into(),
            grace: None,
        }
    }
}

/// How a stop that was asked for ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// All that was running has finished.
    Finished,
    /// Some of it was cancelled.
    CutOff,
}

/// Stops the service, in this order. Asked again, running work is cancelled at once.
pub(super) async fn stop(
    server: &Server,
    asked: Asked,
    again: &mut mpsc::Receiver<Asked>,
) -> Stopped {
    // Readiness is off and new work is refused from here on; reports are still answered.
    server.life.enter(ServiceState::Stopping, &asked.by);
    systemd::stopping();
    server.pools.refuse_new();
    // No job is begun any more; those that wait are the next server's.
    server.jobs.stop();
    server.front.begin_to_end();
    let handed_over = server.front.is_inherited();

    // Running work finishes.
    let (configured, fail_safe) = server.live.stop();
    let grace = match fail_safe {
        true => asked.grace.unwrap_or(configured),
        false => Duration::ZERO,
    };
    let finished = async {
        // Requests on open connections are still taken where another server has the socket.
        if handed_over {
            server.front.left().await;
            server.pools.close();
        }
        server.pools.finished().await;
    };
    let hastened = tokio::select! {
        () = finished => None,
        () = sleep(grace) => Some(format!("the shutdown timeout of {grace:?} has passed")),
        Some(again) = again.recv() => Some(format!("{} came after the first wish", again.by)),
    };
    let ended = match hastened {
        None => Stopped::Finished,
        Some(why) => {
            server.pools.close();
            let running = server.pools.running();
            if running > 0 {
                tracing::warn!(running, why, "cancelling what still runs");
            }
            server.pools.cancel_all();
            if timeout(EMPTY_DEADLINE, server.pools.finished())
                .await
                .is_err()
            {
                tracing::warn!("some runs could not be cancelled in time");
            }
            match running {
                0 => Stopped::Finished,
                _ => Stopped::CutOff,
            }
        }
    };

    // What came of the jobs that ran is stored, or they wait again.
    if !server.jobs.settled(EMPTY_DEADLINE).await {
        tracing::warn!("what came of some jobs was not stored; the next server begins them anew");
    }

    // Every answer is written; then nobody is let in any more. Meanwhile runners are removed.
    let (_, gone) = tokio::join!(
        async {
            server.front.end(READ_DEADLINE).await;
            // The next server may have the jobs from here on.
            server.jobs.close().await;
        },
        server.tasks.end(EMPTY_DEADLINE)
    );
    if !gone {
        tracing::warn!("some runners were not seen to end; they end with this process");
    }
    let why = match ended {
        Stopped::Finished => "all work is finished and all runners are gone",
        Stopped::CutOff => "work was cancelled and all runners are gone",
    };
    server.life.enter(ServiceState::Stopped, why);
    ended
}
