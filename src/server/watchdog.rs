//! A watch over the runtime itself, from a thread of its own: whether tasks are still executed. One
//! that stands still is told, and in the end the process ends, loudly: a service that hangs for ever
//! is worse than one that is started again.

use super::systemd;
use std::io::Write;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;
use tokio::runtime::Handle;

const TICK: Duration = Duration::from_secs(1);
/// Ticks without progress after which it is told.
const STALLED: u64 = 5;
/// Ticks without progress after which the process ends. Ticks, not time: a machine that slept has
/// not hung.
const LOST: u64 = 120;

/// How the runtime is.
#[derive(Clone, Default)]
pub(super) struct Watchdog(Arc<Shared>);

#[derive(Default)]
struct Shared {
    answered: AtomicBool,
    /// Ticks since the runtime last answered.
    silent: AtomicU64,
    ended: AtomicBool,
}

impl Watchdog {
    /// Watches the runtime of the caller until the watchdog is dropped everywhere else or told to
    /// end.
    pub(super) fn start() -> Self {
        let (watchdog, runtime) = (Self::default(), Handle::current());
        let watching = watchdog.clone();
        let started = std::thread::Builder::new()
            .name("watchdog".to_owned())
            .spawn(move || watching.watch(&runtime));
        if let Err(error) = started {
            tracing::warn!(%error, "nobody watches the runtime");
        }
        watchdog
    }

    pub(super) fn end(&self) {
        self.0.ended.store(true, Ordering::Relaxed);
    }

    /// For how long the runtime has not answered; usually zero.
    pub(super) fn stalled(&self) -> Duration {
        let ticks = self.0.silent.load(Ordering::Relaxed).saturating_sub(1);
        TICK * u32::try_from(ticks).unwrap_or(u32::MAX)
    }

    fn watch(&self, runtime: &Handle) {
        // systemd wants to hear it twice in its time, and it hears it only where there is progress.
        let every = systemd::watchdog().map_or(TICK, |time| time / 2);
        let mut since_told = every;
        self.0.answered.store(true, Ordering::Relaxed);
        while !self.0.ended.load(Ordering::Relaxed) {
            if self.0.answered.swap(false, Ordering::Relaxed) {
                if self.0.silent.swap(0, Ordering::Relaxed) > STALLED {
                    tracing::warn!("the runtime goes on");
                }
                if since_told >= every {
                    systemd::alive();
                    since_told = Duration::ZERO;
                }
                let shared = self.0.clone();
                runtime.spawn(async move { shared.answered.store(true, Ordering::Relaxed) });
            }
            let pause = TICK.min(every);
            std::thread::sleep(pause);
            since_told += pause;
            match self.0.silent.fetch_add(1, Ordering::Relaxed) {
                STALLED => tracing::error!("the runtime has executed no task for {STALLED} s"),
                LOST => {
                    let words =
                        format!("warmbox: the runtime has executed no task for {LOST} s; ending\n");
                    let _ = std::io::stderr().write_all(words.as_bytes());
                    std::process::exit(1);
                }
                _ => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_that_stands_still_is_seen_and_one_that_goes_on_as_well() {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .build()
            .unwrap();
        let watchdog = runtime.block_on(async { Watchdog::start() });
        std::thread::sleep(TICK * 2);
        assert!(watchdog.stalled() < TICK * 2);
        runtime.spawn(async { std::thread::sleep(TICK * 4) });
        std::thread::sleep(TICK * 4);
        assert!(watchdog.stalled() >= TICK * 2, "{:?}", watchdog.stalled());
        std::thread::sleep(TICK * 3);
        assert!(watchdog.stalled() < TICK * 2, "{:?}", watchdog.stalled());
        watchdog.end();
    }
}
