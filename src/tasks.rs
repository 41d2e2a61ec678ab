//! Tasks of the background, which live as long as the server: one that ends, by a panic or by
//! itself, is told, counted and started again. None of them can die unseen.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The pause before the first new start; doubled with every further one.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);
/// A task that has lived for so long is well again.
const WELL_AFTER: Duration = Duration::from_secs(60);

/// All tasks of a server. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct Tasks(Arc<Shared>);

#[derive(Default)]
struct Shared {
    tracker: TaskTracker,
    stop: CancellationToken,
    books: Mutex<BTreeMap<String, Book>>,
}

#[derive(Default)]
struct Book {
    restarts: u64,
    last: Option<(Instant, String)>,
}

/// What became of one task so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskReport {
    pub name: String,
    /// How often it was started again.
    pub restarts: u64,
    /// Why it ended last, where that is not long ago.
    pub trouble: Option<String>,
}

impl Tasks {
    /// For tasks that end by themselves: the end of the server waits for them.
    pub fn tracker(&self) -> &TaskTracker {
        &self.0.tracker
    }

    /// Cancelled when the background is to end.
    pub fn stop(&self) -> &CancellationToken {
        &self.0.stop
    }

    /// Tells all to end and waits until they have; false when they have not within the deadline.
    pub async fn end(&self, deadline: Duration) -> bool {
        self.0.stop.cancel();
        self.0.tracker.close();
        tokio::time::timeout(deadline, self.0.tracker.wait())
            .await
            .is_ok()
    }

    /// Runs a task until the background is to end, however often it has to be started for that.
    /// It is to end by itself when [`Tasks::stop`] is cancelled.
    pub fn keep<F>(&self, name: impl Into<String>, mut make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let (name, tasks) = (name.into(), self.clone());
        self.books().entry(name.clone()).or_default();
        self.0.tracker.spawn(async move {
            let mut in_a_row = 0;
            loop {
                let began = Instant::now();
                // A task of its own, so that its panic is its own.
                let ended = tokio::spawn(make()).await;
                if tasks.0.stop.is_cancelled() {
                    return;
                }
                let why = match ended {
                    Ok(()) => "it ended by itself".to_owned(),
                    Err(error) => error.to_string(),
                };
                in_a_row = match began.elapsed() >= WELL_AFTER {
                    true => 1,
                    false => in_a_row + 1,
                };
                let pause = pause_after(in_a_row);
                let restarts = tasks.note(&name, &why);
                tracing::error!(
                    task = name,
                    why,
                    restarts,
                    pause_ms = pause.as_millis() as u64,
                    "a task of the background ended and is started again"
                );
                tokio::select! {
                    () = sleep(pause) => {}
                    () = tasks.0.stop.cancelled() => return,
                }
            }
        });
    }

    /// The same for a task that would go on for ever: it is dropped when the background is to end.
    pub fn keep_endless<F>(&self, name: &str, mut make: impl FnMut() -> F + Send + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let stop = self.0.stop.clone();
        self.keep(name, move || {
            let (stop, task) = (stop.clone(), make());
            async move {
                tokio::select! {
                    () = task => {}
                    () = stop.cancelled() => {}
                }
            }
        });
    }

    /// How all of them are, at once.
    pub fn report(&self) -> Vec<TaskReport> {
        let books = self.books();
        books
            .iter()
            .map(|(name, book)| TaskReport {
                name: name.clone(),
                restarts: book.restarts,
                trouble: (book.last.as_ref())
                    .filter(|(at, _)| at.elapsed() < WELL_AFTER)
                    .map(|(_, why)| why.clone()),
            })
            .collect()
    }

    fn note(&self, name: &str, why: &str) -> u64 {
        let mut books = self.books();
        let book = books.entry(name.to_owned()).or_default();
        book.restarts += 1;
        book.last = Some((Instant::now(), why.to_owned()));
        book.restarts
    }

    fn books(&self) -> MutexGuard<'_, BTreeMap<String, Book>> {
        self.0.books.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn pause_after(failures: u32) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(1 << failures.saturating_sub(1).min(16));
    doubled.min(LONGEST_PAUSE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicU32, Ordering};

    #[tokio::test(start_paused = true)]
    async fn a_task_that_panics_or_ends_is_told_counted_and_started_again() {
        let tasks = Tasks::default();
        let starts = Arc::new(AtomicU32::new(0));
        let (counter, stop) = (starts.clone(), tasks.stop().clone());
        tasks.keep("fragile", move || {
            let (start, stop) = (counter.fetch_add(1, Ordering::Relaxed), stop.clone());
            async move {
                match start {
                    0 => panic!("a fault in the first"),
                    1 => {}
                    _ => stop.cancelled().await,
                }
            }
        });
        sleep(Duration::from_secs(1)).await;
        assert_eq!(starts.load(Ordering::Relaxed), 3);
        let report = tasks.report().remove(0);
        assert_eq!((&*report.name, report.restarts), ("fragile", 2));
        assert_eq!(report.trouble.as_deref(), Some("it ended by itself"));
        assert!(tasks.end(Duration::from_secs(1)).await);
        assert_eq!(starts.load(Ordering::Relaxed), 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_task_that_does_not_end_is_told() {
        let tasks = Tasks::default();
        tasks.keep("deaf", std::future::pending);
        assert!(!tasks.end(Duration::from_secs(1)).await);
    }

    #[test]
    fn pauses_double_up_to_a_bound() {
        assert_eq!(pause_after(1), FIRST_PAUSE);
        assert_eq!(pause_after(3), FIRST_PAUSE * 4);
        assert_eq!(pause_after(u32::MAX), LONGEST_PAUSE);
    }
}
