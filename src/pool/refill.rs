//! The one owner of creation: fills the pool to its floor, creates more while requests wait,
//! backs off while creation fails, and lets idle runners above the floor go.

use super::runner::Idle;
use super::stats::Retired;
use super::{Pool, Snapshot};
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// Runners that may be starting at once: more would only slow each other down.
const STARTING_AT_ONCE: usize = 4;
/// How often age and idleness are looked at. Creation never waits for this.
const ROUND: Duration = Duration::from_secs(5);
const FIRST_PAUSE: Duration = Duration::from_millis(250);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// Keeps a pool filled until it is stopped; then empties it.
pub(super) async fn keep_filled(pool: Pool) {
    let shared = &pool.0;
    let mut round = Instant::now() + ROUND;
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
        let until_round = round.saturating_duration_since(Instant::now());
        tokio::select! {
            () = shared.stop.cancelled() => break,
            () = shared.wake.notified() => {}
            () = sleep(until_round) => {
                pool.let_go().await;
                round = Instant::now() + ROUND;
            }
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
        let (idle, starting) = (self.idle(), self.0.stats.starting());
        let wanted = self.0.settings.min_idle.max(self.0.stats.waiting());
        starting < STARTING_AT_ONCE && idle + starting < wanted && !self.0.stop.is_cancelled()
    }

    /// Creates one runner. After a failure it counts as starting for a pause that doubles with
    /// every further one, so that a broken engine is not hammered.
    async fn create(&self, slot: tokio::sync::OwnedSemaphorePermit) {
        let shared = &self.0;
        let started = tokio::select! {
            started = Idle::start(self, slot) => started,
            () = shared.stop.cancelled() => return,
        };
        match started {
            Ok(idle) => {
                shared.stats.created(idle.hello());
                if let Err((idle, _)) = shared.ready.try_add(idle) {
                    idle.retire(Retired::Shutdown);
                }
            }
            Err(error) => {
                let failures = shared.stats.failed(error.to_string());
                let pause = pause_after(failures);
                tracing::warn!(
                    language = shared.language.name,
                    engine = shared.engine.name(),
                    failures,
                    pause_ms = pause.as_millis() as u64,
                    %error,
                    "cannot make a runner"
                );
                tokio::select! {
                    () = sleep(pause) => {}
                    () = shared.stop.cancelled() => {}
                }
            }
        }
    }

    /// Retires idle runners that have died or are too old, and those above the floor that waited
    /// too long.
    async fn let_go(&self) {
        let shared = &self.0;
        // The pool hands out the youngest first and cannot be searched: take all, keep most.
        let mut idle = Vec::new();
        while let Ok(runner) = shared.ready.try_remove() {
            idle.push(runner);
        }
        idle.sort_by_key(|runner| std::cmp::Reverse(runner.since));
        let mut kept = 0;
        for mut runner in idle {
            let idle_too_long = runner.since.elapsed() >= shared.settings.idle_timeout;
            if runner.ended().await {
                runner.retire(Retired::Lost);
            } else if runner.too_old() {
                runner.retire(Retired::Age);
            } else if idle_too_long && kept >= shared.settings.min_idle {
                runner.retire(Retired::Idle);
            } else {
                kept += 1;
                if let Err((runner, _)) = shared.ready.try_add(runner) {
                    runner.retire(Retired::Shutdown);
                }
            }
        }
    }

    /// What the pool tells about itself.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot {
            idle: self.idle(),
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
