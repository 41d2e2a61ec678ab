//! Compiled programs, kept by what they were compiled from: in memory, and on disk where a folder
//! is given. Owns their names, their bounds, and who compiles while others wait. It never
//! executes anything and knows nothing of runners: whoever uses a program from here takes it
//! the same way into a sandbox as one that was compiled just now.

mod disk;
mod flight;
mod key;
mod memory;
mod program;
mod stats;

pub use key::{Key, Toolchain};
pub use program::{Cost, Program};
pub use stats::{CacheStats, DiskStats, TierStats};

use crate::config::CacheSettings;
use disk::Disk;
use flight::{Flight, Flights, Joined, Landing, landing};
use memory::Memory;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use warmbox_protocol::Limits;

/// One program may take up this part of a tier: an eighth.
const SHARE: u64 = 8;

/// The cache of a server. Cheap to clone; all clones are one cache.
#[derive(Clone)]
pub struct Cache(Arc<Shared>);

struct Shared {
    memory: Memory,
    /// Or why there is none, if one was wanted.
    disk: Result<Arc<Disk>, Option<String>>,
    flights: Flights,
    /// Tells when nothing is on its way to the disk.
    tasks: TaskTracker,
    hits: AtomicU64,
    shared: AtomicU64,
    misses: AtomicU64,
}

/// What came of a look for a program.
pub enum Look {
    Found(Arc<Program>),
    /// Nobody has it: it is to be compiled, and others may wait for it.
    Turn(Turn),
    /// It is to be compiled, and nobody waits for it.
    Alone,
    /// The request was cancelled while it waited for another's.
    Cancelled,
}

/// The right to compile a program that others may wait for. Dropped, it makes room for the next.
pub struct Turn {
    key: Key,
    flight: Flight,
    cache: Cache,
}

impl Cache {
    /// A cache as configured. A folder that cannot be used is told, and done without. `tasks`
    /// tells when nothing is on its way to the disk.
    pub async fn start(settings: &CacheSettings, tasks: TaskTracker) -> Self {
        let disk = match &settings.folder {
            Some(folder) if settings.disk_bytes > 0 => Disk::open(folder, settings.disk_bytes)
                .await
                .map_err(|error| {
                    tracing::warn!(error, "compiled programs are kept in memory only");
                    Some(error)
                }),
            _ => Err(None),
        };
        Self::new(settings.memory_bytes, disk, tasks)
    }

    /// One that keeps nothing.
    pub fn off() -> Self {
        Self::new(0, Err(None), TaskTracker::new())
    }

    fn new(memory_bytes: u64, disk: Result<Arc<Disk>, Option<String>>, tasks: TaskTracker) -> Self {
        Self(Arc::new(Shared {
            memory: Memory::new(memory_bytes),
            disk,
            flights: Flights::default(),
            tasks,
            hits: AtomicU64::new(0),
            shared: AtomicU64::new(0),
            misses: AtomicU64::new(0),
        }))
    }

    /// Whether anything is ever kept.
    pub fn is_on(&self) -> bool {
        self.0.disk.is_ok() || self.0.memory.is_on()
    }

    /// Looks for a program that fits these limits. Where the same is being compiled for another
    /// request, waits for it, for no longer than `patience`.
    pub async fn look(
        &self,
        key: Key,
        limits: &Limits,
        patience: Duration,
        cancel: &CancellationToken,
    ) -> Look {
        let give_up = Instant::now() + patience;
        if let Some(program) = self.in_memory(&key, limits) {
            return self.found(program);
        }
        self.0.memory.missed();
        loop {
            let waiting = match self.0.flights.join(key) {
                Joined::First(flight) => return self.first(key, limits, flight).await,
                Joined::Later(waiting) => waiting,
            };
            let landed = tokio::select! {
                // In this order: whoever is gone must not be the next who compiles.
                biased;
                () = cancel.cancelled() => return Look::Cancelled,
                landed = landing(waiting) => landed,
                () = sleep_until(give_up) => return self.missed(Look::Alone),
            };
            match landed {
                Some(Landing::Kept(program)) if program.cost.fits(limits) => {
                    count(&self.0.shared);
                    return Look::Found(program);
                }
                // All who waited compile now, beside each other: nothing is won by turns.
                Some(Landing::Kept(_) | Landing::NotKept) => return self.missed(Look::Alone),
                None => {}
            }
        }
    }

    /// Looks everywhere once more, for all who come while it looks.
    async fn first(&self, key: Key, limits: &Limits, flight: Flight) -> Look {
        // Who was first before may have kept it since.
        if let Some(program) = self.in_memory(&key, limits) {
            flight.land(Landing::Kept(program.clone()));
            return self.found(program);
        }
        let loaded = match &self.0.disk {
            Ok(disk) => disk.load(key).await.map(Arc::new),
            Err(_) => None,
        };
        if let Some(program) = loaded {
            self.0.memory.put(key, program.clone());
            if program.cost.fits(limits) {
                flight.land(Landing::Kept(program.clone()));
                return self.found(program);
            }
        }
        let cache = self.clone();
        self.missed(Look::Turn(Turn { key, flight, cache }))
    }

    fn in_memory(&self, key: &Key, limits: &Limits) -> Option<Arc<Program>> {
        let got = self.0.memory.get(key, limits)?;
        if got.tell_disk
            && let Ok(disk) = &self.0.disk
        {
            let (disk, key) = (disk.clone(), *key);
            self.0.tasks.spawn(async move { disk.touch(key).await });
        }
        Some(got.program)
    }

    fn found(&self, program: Arc<Program>) -> Look {
        count(&self.0.hits);
        Look::Found(program)
    }

    fn missed(&self, look: Look) -> Look {
        count(&self.0.misses);
        look
    }

    /// The figures, at once.
    pub fn stats(&self) -> CacheStats {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheStats {
            hits_total: read(&self.0.hits),
            shared_total: read(&self.0.shared),
            misses_total: read(&self.0.misses),
            memory: self.0.memory.stats(),
            disk: match &self.0.disk {
                Ok(disk) => disk.stats(),
                Err(error) => DiskStats {
                    last_error: error.clone(),
                    ..DiskStats::default()
                },
            },
        }
    }
}

impl Turn {
    /// Keeps what was compiled, and gives it to all who wait. The file is written in the
    /// background.
    pub fn keep(self, program: Program) {
        let (key, shared, program) = (self.key, &self.cache.0, Arc::new(program));
        shared.memory.put(key, program.clone());
        self.flight.land(Landing::Kept(program.clone()));
        if let Ok(disk) = &shared.disk {
            let disk = disk.clone();
            shared
                .tasks
                .spawn(async move { disk.store(key, program).await });
        }
    }

    /// Sends all who wait to compile for themselves.
    pub fn keep_nothing(self) {
        self.flight.land(Landing::NotKept);
    }
}

fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

#[cfg(test)]
mod tests;
