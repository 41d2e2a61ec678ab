//! The one owner of creation: fills the pool to its floor, creates more while requests wait, and
//! backs off while creation fails.

use super::runner::{Idle, StartError};
use super::stats::Retired;
use super::{Pool, Snapshot};
use std::time::Duration;
use tokio::time::sleep;

/// Runners that may be starting at once: more would only slow each other down.
const STARTING_AT_ONCE: usize = 4;
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// From one look for what a language lacks to the next.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Keeps a pool filled until it is stopped; then empties it.
pub(super) async fn keep_filled(pool: Pool) {
    let shared = &pool.0;
    if shared.settings.min_idle == 0 {
        // Else the first request would find it out.
        tokio::select! {
            lack = shared.engine.lack(&shared.language) => {
                lack.map(|lack| pool.note(&StartError::Lack(lack)));
            }
            () = shared.stop.cancelled() => {}
        }
    }
    loop {
        while pool.wants_more() {
            let Ok(slot) = shared.slots.clone().try_acquire_owned() else {
                break;
            };
            let (pool, starting) = (pool.clone(), shared.stats.starting_guard());
            shared.tasks.spawn(async move {
                pool.create(slot).await;
                drop(starting);
                pool.0.wake.notify_one();
            });
        }
        tokio::select! {
            () = shared.stop.cancelled() => break,
            () = shared.wake.notified() => {}
        }
    }
    // Empty first: to close the pool would drop what is in it, and with that kill the keepers
    // before they have given back what they hold.
    while let Ok(idle) = shared.ready.try_remove() {
        idle.retire(Retired::Shutdown);
    }
    shared.ready.close();
}

impl Pool {
    fn wants_more(&self) -> bool {
        let stats = &self.0.stats;
        let (ready, starting) = (self.idle() + stats.examined(), stats.starting());
        // While creation fails it is tried on, one at a time, and wanted or not: else nothing would
        // notice that it works again where no runner is kept ready.
        let (at_once, probe) = match stats.last_error().or(stats.why_left_out()) {
            None => (STARTING_AT_ONCE, 0),
            Some(_) => (1, 1),
        };
        let wanted = (self.0.settings.min_idle).max(stats.waiting()).max(probe);
        starting < at_once && ready + starting < wanted && !self.0.stop.is_cancelled()
    }

    /// Creates one runner. After a failure it counts as starting for a pause that doubles with
    /// every further one, so that a broken engine is not hammered.
    async fn create(&self, slot: tokio::sync::OwnedSemaphorePermit) {
        let shared = &self.0;
        let started = tokio::select! {
            started = Idle::start(self, slot) => started,
            () = shared.stop.cancelled() => return,
        };
        let pause = match started {
            Ok(idle) => {
                if shared.stats.leave_out(None) {
                    let language = &shared.language.name;
                    tracing::info!(language, "a language is left out no more");
                }
                shared.stats.created(idle.hello(), idle.source());
                // Newer than what was last heard, and then not to be taken for outdated.
                *shared.current() = Some(idle.source().clone());
                return self.put_back(idle);
            }
            Err(error) => self.note(&error),
        };
        tokio::select! {
            () = sleep(pause) => {}
            () = shared.stop.cancelled() => {}
        }
    }

    /// Why there is no runner, for whoever asks; answers how long to leave it.
    fn note(&self, error: &StartError) -> Duration {
        let shared = &self.0;
        let language = &shared.language.name;
        // What nobody asked for and never was there is missed by nobody; what was there is.
        let excused = !shared.language.asked_for && !shared.stats.any_created();
        if let (StartError::Lack(lack), true) = (error, excused) {
            if shared.stats.leave_out(Some(lack.clone())) {
                tracing::warn!(language, lack, "a language is left out");
            }
            shared.failed.notify_waiters();
            return LOOK_AGAIN;
        }
        let failures = shared.stats.failed(error.to_string());
        shared.failed.notify_waiters();
        let pause = pause_after(failures);
        tracing::warn!(
            language,
            engine = shared.engine.name(),
            failures,
            pause_ms = pause.as_millis() as u64,
            %error,
            "cannot make a runner"
        );
        pause
    }

    /// What the pool tells about itself.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            // Those that are asked whether they live are ready again in a moment.
            idle: self.idle() + self.0.stats.examined(),
            alive: self.alive(),
            ..self.0.stats.snapshot()
        }
    }
}

/// The pause after the given number of failures in a row.
fn pause_after(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_double_up_to_a_bound() {
        assert_eq!(pause_after(1), FIRST_PAUSE);
        assert_eq!(pause_after(3), FIRST_PAUSE * 4);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
