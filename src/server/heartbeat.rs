//! What is done again and again while the server lives: to look how all parts are, to note that it
//! lives, and to say so.

use super::service::{Parts, Pools};
use super::{Server, figures, last_life, systemd};
use crate::pool::Snapshot;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

const LOOK: Duration = Duration::from_secs(1);
/// From one note on disk to the next.
const NOTE: Duration = Duration::from_secs(10);

impl Server {
    /// Begins with it; `every` says how often a line is written, never for zero.
    pub(super) fn beat(&self, every: Duration) {
        let (pools, notes, life) = (self.pools.clone(), self.notes.clone(), self.life.clone());
        let beating = move || {
            let (pools, notes, life) = (pools.clone(), notes.clone(), life.clone());
            async move {
                let mut ticks = interval(LOOK);
                ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
                let (mut noted, mut told) = (Instant::now(), Instant::now());
                let mut kills = last_life::oom_kills();
                loop {
                    ticks.tick().await;
                    pools.look();
                    kills = tell_kills(kills);
                    if noted.elapsed() >= NOTE {
                        noted = Instant::now();
                        let (notes, uptime) = (notes.clone(), life.uptime());
                        // Not waited for: the disk may hang.
                        tokio::task::spawn_blocking(move || notes.beat(uptime));
                    }
                    if !every.is_zero() && told.elapsed() >= every {
                        told = Instant::now();
                        tell(&pools);
                    }
                }
            }
        };
        self.tasks.keep_endless("heartbeat", beating);
    }
}

/// The kernel took a process beside the server, in its own cgroup.
fn tell_kills(before: u64) -> u64 {
    let now = last_life::oom_kills();
    if now > before {
        let kills = now - before;
        tracing::error!(
            kills,
            "the kernel ended processes of this service for want of memory"
        );
    }
    now
}

fn tell(pools: &Arc<Pools>) {
    let Parts {
        life, log, means, ..
    } = pools.parts();
    let all: Vec<Snapshot> = means.pools.iter().map(|pool| pool.snapshot()).collect();
    let sum = |figure: fn(&Snapshot) -> u64| all.iter().map(figure).sum::<u64>();
    let own = figures::own_process();
    let (claimed, alive) = (sum(|it| it.claimed), sum(|it| it.alive as u64));
    let (busy, waiting) = (sum(|it| it.busy as u64), sum(|it| it.waiting as u64));
    tracing::info!(
        state = life.state().name(),
        uptime_s = life.uptime().as_secs(),
        stages = claimed,
        runners = alive,
        busy,
        waiting,
        memory_mib = own.resident_bytes >> 20,
        descriptors = own.descriptors,
        log_lines_lost = log.lost(),
        "heartbeat"
    );
    systemd::status(&format!(
        "{}; {alive} runners, {busy} busy, {waiting} requests waiting, {claimed} stages so far",
        life.state().name()
    ));
}
