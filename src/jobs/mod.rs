//! Jobs: runs that somebody fetches later. They outlive the server that took them: what was answered
//! is on disk before, and a server that dies leaves to the next what it had not finished.
//!
//! It owns their states, their order, and who is told of their ends. It knows nothing of HTTP but the
//! messages that it sends itself, nor how a program is executed: that it is given ([`Executor`]). What
//! keeps them stands behind [`Store`].

mod clock;
mod dispatch;
mod embedded;
mod job;
mod store;
mod webhook;

pub use job::{BlobName, Callback, Delivery, Failure, Job, Moment, State, Status};
pub use store::{
    Cancelling, Doing, Ending, Figures, Found, NewJob, Page, Store, StoreError, Submission,
    Submitted, Taken, Told, Totals, Wanted,
};
pub use webhook::{CaError, SecretError, Secrets, TargetError, WebhookError, Webhooks};

use crate::config::JobSettings;
use crate::tasks::Tasks;
use clock::Clock;
use dispatch::Line;
use embedded::{Embedded, OpenError};
use std::collections::HashMap;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinError;
use tokio::time::{Instant, sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::Instrument;
use uuid::Uuid;

/// From one look at a store that another server has to the next.
const LOOK: Duration = Duration::from_millis(100);
/// The same where somebody has to mend it.
const LONG_LOOK: Duration = Duration::from_secs(2);
/// From one look at what is overdue to the next.
const SWEEP: Duration = Duration::from_millis(500);
/// How long a disk may take before whoever asked is told so.
const PATIENCE: Duration = Duration::from_secs(10);

/// Whoever knows what a job's request means, and how its end is written.
pub trait Executor: Send + Sync + 'static {
    /// Executes what was stored. The token is cancelled when the job is; a server that stops cancels
    /// by itself.
    fn execute<'a>(
        &'a self,
        job: &'a Job,
        work: Vec<u8>,
        cancel: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Ended> + Send + 'a>>;

    /// How a job ends that was tried as often as may be.
    fn exhausted(&self, job: &Job) -> Ending;

    /// What a receiver is told of its end.
    fn message(&self, found: &Found) -> Vec<u8>;
}

/// What came of executing a job.
#[derive(Debug)]
pub enum Ended {
    Ending(Ending),
    Cancelled {
        /// Its program may have begun.
        begun: bool,
    },
    /// For a reason of ours, before its program began.
    NotBegun {
        why: String,
    },
    /// For a reason of ours, or because it destroys runners.
    Lost {
        why: String,
    },
}

/// Why nothing can be done with jobs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobsError {
    #[error("this server keeps no jobs: {0}")]
    Off(String),
    /// Later, perhaps.
    #[error("{0}")]
    NotYet(String),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("the store of the jobs did not answer within {} s", PATIENCE.as_secs())]
    Slow,
}

/// How the jobs are, for the server's health.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    Well(String),
    /// As is to be expected for the moment.
    NotYet(String),
    Ill(String),
}

/// The jobs of a server. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Jobs(Arc<Shared>);

struct Shared {
    settings: JobSettings,
    place: Mutex<Place>,
    lines: Vec<Arc<Line>>,
    running: Mutex<HashMap<Uuid, CancellationToken>>,
    under_way: TaskTracker,
    /// No new job is started, and nobody waits for one any more.
    stopping: CancellationToken,
}

#[derive(Clone)]
enum Place {
    Off(String),
    Opening { why: String, is_error: bool },
    Open(Arc<dyn Store>),
    Closed,
}

impl Jobs {
    /// The jobs of this folder, which is opened once [`Jobs::live`] runs.
    pub fn new(settings: JobSettings, languages: impl IntoIterator<Item = String>) -> Self {
        let place = match &settings.folder {
            Some(_) => Place::Opening {
                why: "the jobs are being read".to_owned(),
                is_error: false,
            },
            None => Place::Off(
                "there is no folder for them; name one with --jobs-dir, or a --state-dir"
                    .to_owned(),
            ),
        };
        let line = |language| Line::new(language, settings.at_once);
        Self(Arc::new(Shared {
            lines: languages.into_iter().map(line).collect(),
            settings,
            place: Mutex::new(place),
            running: Mutex::default(),
            under_way: TaskTracker::new(),
            stopping: CancellationToken::new(),
        }))
    }

    /// A server without jobs.
    pub fn off(why: &str) -> Self {
        let jobs = Self::new(JobSettings::default(), []);
        *jobs.place() = Place::Off(why.to_owned());
        jobs
    }

    /// Has them executed and told, for as long as `tasks` live.
    pub fn live(&self, executor: Arc<dyn Executor>, webhooks: Webhooks, tasks: &Tasks) {
        let jobs = self.clone();
        tasks.keep_endless("jobs", move || {
            let (jobs, executor, webhooks) = (jobs.clone(), executor.clone(), webhooks.clone());
            async move {
                let Some(store) = jobs.opened().await else {
                    return std::future::pending().await;
                };
                let lines = jobs.0.lines.iter();
                let dispatching =
                    lines.map(|line| jobs.dispatch(line.clone(), store.clone(), executor.clone()));
                tokio::select! {
                    () = webhooks.deliver(store.clone(), executor.clone()) => {}
                    () = sweep(&*store) => {}
                    () = async {
                        futures_util::future::join_all(dispatching).await;
                        std::future::pending().await
                    } => {}
                }
            }
        });
    }

    /// Opens the store, however long another server has it, or nobody mends it.
    async fn opened(&self) -> Option<Arc<dyn Store>> {
        let folder = self.0.settings.folder.clone()?;
        let clock = Clock::start();
        loop {
            match &*self.place() {
                Place::Open(store) => return Some(store.clone()),
                Place::Off(_) | Place::Closed => return None,
                Place::Opening { .. } => {}
            }
            let (path, settings) = (folder.clone(), self.0.settings.clone());
            let clock = clock.clone();
            let opening =
                tokio::task::spawn_blocking(move || Embedded::open(&path, settings, clock));
            let (why, is_error) = match opening.await {
                Ok(Ok(store)) => return Some(self.take_over(store, &folder)),
                Ok(Err(error @ OpenError::Taken(_))) => (error.to_string(), false),
                Ok(Err(error)) => (error.to_string(), true),
                Err(panicked) => (panicked.to_string(), true),
            };
            self.note_opening(why, is_error);
            sleep(if is_error { LONG_LOOK } else { LOOK }).await;
        }
    }

    fn take_over(&self, store: Embedded, folder: &Path) -> Arc<dyn Store> {
        let figures = store.figures();
        let queued = figures.count(Status::Queued);
        let folder = folder.display();
        tracing::info!(%folder, queued, file_bytes = figures.file_bytes, "the jobs are there");
        let store: Arc<dyn Store> = Arc::new(store);
        *self.place() = Place::Open(store.clone());
        store
    }

    fn note_opening(&self, why: String, is_error: bool) {
        let mut place = self.place();
        if let Place::Opening { why: before, .. } = &*place
            && *before != why
        {
            match is_error {
                true => tracing::error!(why, "there are no jobs"),
                false => tracing::info!(why, "there are no jobs yet"),
            }
            *place = Place::Opening { why, is_error };
        }
    }

    /// The store, where it is open.
    fn store(&self) -> Result<Arc<dyn Store>, JobsError> {
        match &*self.place() {
            Place::Open(store) => Ok(store.clone()),
            Place::Off(why) => Err(JobsError::Off(why.clone())),
            Place::Opening { why, .. } => Err(JobsError::NotYet(why.clone())),
            Place::Closed => Err(StoreError::Closed.into()),
        }
    }

    /// Whether jobs would be taken now.
    pub fn check(&self) -> Result<(), JobsError> {
        self.store().map(|_| ())
    }

    /// Stores jobs. `kept` is called once they are, even where whoever asked has gone away by then, or
    /// was told that it takes too long.
    pub async fn submit(
        &self,
        submission: Submission,
        kept: impl FnOnce(&Submitted) + Send + 'static,
    ) -> Result<Submitted, JobsError> {
        let store = self.store()?;
        let storing = async move {
            let submitted = store.submit(submission).await?;
            kept(&submitted);
            Ok(submitted)
        };
        // A task of its own, which nobody drops; a server that stops waits for it.
        let stored = self.under_way().spawn(storing.in_current_span());
        patiently(async {
            let panicked = |error: JoinError| StoreError::Failed(error.to_string());
            stored.await.map_err(panicked)?
        })
        .await
    }

    pub async fn list(&self, owner: &str, wanted: Wanted) -> Result<Page, JobsError> {
        let store = self.store()?;
        patiently(store.list(owner.to_owned(), wanted)).await
    }

    /// The job, as soon as it has ended or the time has passed.
    pub async fn find(
        &self,
        owner: &str,
        id: Uuid,
        wait: Duration,
    ) -> Result<Option<Found>, JobsError> {
        let store = self.store()?;
        let until = Instant::now() + wait;
        let mut changes = store.watch(id);
        loop {
            changes.borrow_and_update();
            let found = patiently(store.find(owner.to_owned(), id)).await?;
            let ended = |found: &Found| found.job.status().is_final();
            if wait.is_zero() || found.as_ref().is_none_or(ended) || Instant::now() >= until {
                return Ok(found);
            }
            tokio::select! {
                changed = changes.changed() => if changed.is_err() { return Ok(found) },
                () = tokio::time::sleep_until(until) => return Ok(found),
                () = self.0.stopping.cancelled() => return Ok(found),
            }
        }
    }

    /// Tells when something changes about a job.
    pub fn watch(&self, id: Uuid) -> Result<watch::Receiver<u64>, JobsError> {
        Ok(self.store()?.watch(id))
    }

    /// Waits until nobody is to wait for jobs any more.
    pub async fn end(&self) {
        self.0.stopping.cancelled().await;
    }

    /// Cancels what has not ended, its run as well, and forgets what has.
    pub async fn cancel(&self, owner: &str, id: Uuid) -> Result<Option<Cancelling>, JobsError> {
        let store = self.store()?;
        let cancelled = patiently(store.cancel(owner.to_owned(), id)).await?;
        if cancelled.is_some()
            && let Some(token) = lock(&self.0.running).get(&id)
        {
            token.cancel();
        }
        Ok(cancelled)
    }

    /// Whether a job needs this blob; `None` where that is not known.
    pub fn needs(&self, blob: &BlobName) -> Option<bool> {
        match &*self.place() {
            Place::Open(store) => Some(store.needs(blob)),
            Place::Off(_) => Some(false),
            Place::Opening { .. } | Place::Closed => None,
        }
    }

    pub fn settings(&self) -> &JobSettings {
        &self.0.settings
    }

    /// `None` where there is no store.
    pub fn figures(&self) -> Option<Figures> {
        self.store().ok().map(|store| store.figures())
    }

    /// How the jobs are.
    pub fn condition(&self) -> Condition {
        match &*self.place() {
            Place::Off(why) => Condition::Well(format!("off: {why}")),
            Place::Closed => Condition::NotYet("closed, as the server stops".to_owned()),
            Place::Opening { why, is_error } => match is_error {
                true => Condition::Ill(why.clone()),
                false => Condition::NotYet(why.clone()),
            },
            Place::Open(store) => {
                let figures = store.figures();
                match figures.trouble {
                    Some(words) => Condition::Ill(words),
                    None => Condition::Well(format!(
                        "{} queued, {} running, {} bytes of {}",
                        figures.count(Status::Queued),
                        figures.count(Status::Running),
                        figures.bytes,
                        figures.bytes_max
                    )),
                }
            }
        }
    }

    /// From here on no job is started, and nobody waits for one.
    pub fn stop(&self) {
        self.0.stopping.cancel();
        self.0.under_way.close();
    }

    /// Waits until what came of all that ran is stored; false where it was not within the deadline.
    pub async fn settled(&self, deadline: Duration) -> bool {
        timeout(deadline, self.0.under_way.wait()).await.is_ok()
    }

    /// Lets go of the store, so that another server can have it.
    pub async fn close(&self) {
        let before = std::mem::replace(&mut *self.place(), Place::Closed);
        if let Place::Open(store) = before
            && timeout(PATIENCE, store.close()).await.is_err()
        {
            tracing::warn!("the store of the jobs was not closed in time; it is with this process");
        }
    }

    fn stopping(&self) -> &CancellationToken {
        &self.0.stopping
    }

    fn under_way(&self) -> &TaskTracker {
        &self.0.under_way
    }

    fn note_running(&self, id: Uuid) -> CancellationToken {
        let token = CancellationToken::new();
        lock(&self.0.running).insert(id, token.clone());
        token
    }

    fn note_ended(&self, id: Uuid) {
        lock(&self.0.running).remove(&id);
    }

    fn place(&self) -> MutexGuard<'_, Place> {
        lock(&self.0.place)
    }
}

async fn sweep(store: &dyn Store) {
    loop {
        match store.sweep().await {
            Err(StoreError::Closed) => return std::future::pending().await,
            // Told by the store itself.
            Ok(()) | Err(_) => sleep(SWEEP).await,
        }
    }
}

async fn patiently<T>(doing: impl Future<Output = Result<T, StoreError>>) -> Result<T, JobsError> {
    match timeout(PATIENCE, doing).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(JobsError::Slow),
    }
}

fn lock<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
