//! Cores for runs that are measured: each has one to itself among them, so that two of them never
//! slow each other down.

use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The cores of this machine that the server may use. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Cores(Arc<Shared>);

struct Shared {
    free: Mutex<Vec<u32>>,
    count: Arc<Semaphore>,
    all: usize,
}

/// One of them, for as long as this lives.
pub struct Core {
    cores: Cores,
    number: u32,
    _permit: OwnedSemaphorePermit,
}

impl Cores {
    /// So many.
    pub fn new(count: usize) -> Self {
        let all = count.max(1);
        Self(Arc::new(Shared {
            // The first is where a machine does most of what else it does.
            free: Mutex::new((0..all as u32).collect()),
            count: Arc::new(Semaphore::new(all)),
            all,
        }))
    }

    /// As many as this process may run on.
    pub fn of_machine() -> Self {
        Self::new(std::thread::available_parallelism().map_or(1, usize::from))
    }

    pub fn len(&self) -> usize {
        self.0.all
    }

    pub fn is_empty(&self) -> bool {
        false
    }

    /// Waits for a core.
    pub async fn take(&self) -> Option<Core> {
        let permit = self.0.count.clone().acquire_owned().await.ok()?;
        let number = self.free().pop()?;
        Some(Core {
            cores: self.clone(),
            number,
            _permit: permit,
        })
    }

    fn free(&self) -> std::sync::MutexGuard<'_, Vec<u32>> {
        self.0.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Core {
    /// Its place among those that a process may run on.
    pub fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Core {
    fn drop(&mut self) {
        // Before the permit, which says that one is there.
        self.cores.free().push(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::timeout;

    #[tokio::test(start_paused = true)]
    async fn no_two_have_the_same() {
        let cores = Cores::new(2);
        let (one, other) = (cores.take().await.unwrap(), cores.take().await.unwrap());
        assert_ne!(one.number(), other.number());
        assert!(timeout(Duration::from_secs(9), cores.take()).await.is_err());
        let freed = one.number();
        drop(one);
        assert_eq!(cores.take().await.unwrap().number(), freed);
    }
}
