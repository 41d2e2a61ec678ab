//! What happens to idle runners: each is asked now and then whether it lives, and those that are
//! dead, too old, out of date or more than are kept ready are let go.

use super::runner::Idle;
use super::stats::Retired;
use super::{Pool, Shared};
use std::cmp::Reverse;
use std::time::{Duration, Instant};
use tokio::time::sleep;

/// From one look at all idle runners to the next. A supervisor that hears nothing for ten times
/// as long takes its server for lost.
const ROUND: Duration = Duration::from_secs(5);
/// How often the engine is asked what it would make runners from, and how long it is left alone
/// when it could not tell.
const LOOK: Duration = Duration::from_secs(15);
const LOOK_AGAIN: Duration = Duration::from_secs(60);

/// Looks after idle runners until the pool is stopped.
pub(super) async fn keep_well(pool: Pool) {
    let shared = &pool.0;
    let mut next_look = Instant::now() + LOOK;
    loop {
        tokio::select! {
            () = shared.stop.cancelled() => return,
            () = sleep(ROUND) => {}
        }
        // To ask for an image that nobody asked for would fetch it.
        if Instant::now() >= next_look && pool.left_out().is_none() {
            let source = tokio::select! {
                source = shared.engine.source(&shared.language) => source,
                () = shared.stop.cancelled() => return,
            };
            next_look = Instant::now() + if source.is_ok() { LOOK } else { LOOK_AGAIN };
            match source {
                Ok(source) => *shared.current() = Some(source),
                // Runners that were made from an image which is gone now are still of use.
                Err(error) => {
                    tracing::warn!(language = shared.language.name, %error, "cannot look for a newer image");
                }
            }
        }
        pool.look_after_idle();
    }
}

impl Pool {
    /// Lets go of those that are not wanted, and asks the others whether they live. Each is back
    /// in the pool as soon as it has answered.
    fn look_after_idle(&self) {
        let shared = &self.0;
        // The pool hands out one after the other and cannot be searched: take all, keep most.
        let mut idle = Vec::new();
        while let Ok(runner) = shared.ready.try_remove() {
            idle.push((runner, shared.stats.examined_guard()));
        }
        idle.sort_by_key(|(runner, _)| Reverse(runner.since));
        let mut kept = 0;
        for (mut runner, examined) in idle {
            let floor = kept >= shared.settings.min_idle;
            if let Some(why) = unwanted(shared, &runner, floor) {
                runner.retire(why);
                continue;
            }
            kept += 1;
            let pool = self.clone();
            shared.tasks.spawn(async move {
                match runner.answers().await {
                    true => pool.put_back(runner),
                    false => runner.retire(Retired::Unanswered),
                }
                drop(examined);
                pool.0.wake.notify_one();
            });
        }
        shared.wake.notify_one();
    }
}

/// Why an idle runner is let go, though it may be in good health.
fn unwanted(pool: &Shared, runner: &Idle, above_floor: bool) -> Option<Retired> {
    let settings = &pool.settings;
    if pool.is_outdated(runner.source()) {
        Some(Retired::Replaced)
    } else if runner.age() >= settings.max_age {
        Some(Retired::Age)
    } else if above_floor && runner.since.elapsed() >= settings.idle_timeout {
        Some(Retired::Idle)
    } else {
        None
    }
}
