//! Jobs in a file of this server's own: one writer, many readers, nothing told before it is on disk.
//! It knows what jobs are, and not who executes them.

mod calm;
mod changes;
mod index;
mod queue;
mod tables;
mod writer;

use super::clock::Clock;
use super::job::BlobName;
use super::job::Status;
use super::store::{
    Cancelling, Doing, Ending, Figures, Found, Page, Store, StoreError, Submission, Submitted,
    Taken, Told, Totals, Wanted,
};
use crate::config::JobSettings;
use crate::folder::{Folder, For};
use bytes::Bytes;
use calm::{calm, taken};
use changes::{Writing, Wrong};
use index::Index;
use redb::backends::FileBackend;
use redb::{Builder, Database, DatabaseError, ReadableDatabase};
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use tables::Trouble;
use tokio::sync::{Notify, OwnedSemaphorePermit, Semaphore, mpsc, oneshot, watch};
use tokio::time::sleep;
use uuid::Uuid;
use writer::Step;

/// What the file is called.
pub(super) const FILE: &str = "jobs.redb";
/// What of it is kept in memory, besides what is known of each job.
const CACHE_BYTES: usize = 4 << 20;
/// Wishes that may wait for the writer.
const STEPS: usize = 1024;
/// A file that takes so much more than what is in it is made smaller when it is opened.
const SLACK_BYTES: u64 = 64 << 20;
/// Results that are in memory at once, for all who read them; permits are counted in units, because a
/// semaphore counts in 32 bits.
const ROOM_UNITS: u32 = 256 << 10;
const UNIT_BYTES: u64 = 1 << 10;
const FOLDER: For = For {
    what: "jobs",
    flag: "--jobs-dir",
};

/// Why there is no store.
#[derive(Debug, thiserror::Error)]
pub(super) enum OpenError {
    /// It is there, and another server has it.
    #[error("another server has the jobs in {0}; they are taken over when it lets go of them")]
    Taken(String),
    #[error("{0}")]
    Folder(String),
    #[error(
        "the jobs in {path} cannot be read: {why}; the file is left as it is: put it back as it was, or move it away to \
         begin without the jobs in it"
    )]
    Broken { path: String, why: String },
}

/// The store. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Embedded {
    shared: Arc<Shared>,
    steps: Arc<Mutex<Option<mpsc::Sender<Step>>>>,
}

struct Shared {
    folder: Folder,
    settings: JobSettings,
    clock: Clock,
    /// Closed, or to be opened anew, where there is none.
    file: RwLock<Option<Database>>,
    index: Mutex<Index>,
    totals: Mutex<Totals>,
    watched: Mutex<HashMap<Uuid, watch::Sender<u64>>>,
    /// Something may be there to be taken or told.
    news: Notify,
    trouble: Mutex<Option<String>>,
    room: Arc<Semaphore>,
    closed: watch::Sender<bool>,
}

impl Embedded {
    /// Opens the folder's file, or makes it, and takes over what a server before this one left. It
    /// reads all of it once: this blocks.
    pub(super) fn open(
        path: &Path,
        settings: JobSettings,
        clock: Clock,
    ) -> Result<Self, OpenError> {
        let failed = |error: crate::folder::FolderError| OpenError::Folder(error.to_string());
        let folder = Folder::open(FOLDER, path).map_err(failed)?;
        let broken = |why: String| OpenError::Broken {
            path: path.join(FILE).display().to_string(),
            why,
        };
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let database = open(&folder).map_err(|error| match error {
                Refused::Taken => OpenError::Taken(path.display().to_string()),
                Refused::File(why) => broken(why),
            })?;
            let mut database = calm(database);
            let index =
                writer::read_all(&database, |_| false).map_err(|it| broken(it.to_string()))?;
            let bytes = folder.found(FILE).unwrap_or(0);
            if bytes > SLACK_BYTES + index.bytes().saturating_mul(2) {
                let began = std::time::Instant::now();
                let smaller = database.compact();
                let took_ms = began.elapsed().as_millis() as u64;
                tracing::info!(
                    bytes,
                    ?smaller,
                    took_ms,
                    "the file of the jobs was made smaller"
                );
            }
            Ok((taken(database), index))
        }));
        let panicked = || broken("reading it failed in a way that only damage explains".to_owned());
        let (database, index) = opened.unwrap_or_else(|_| Err(panicked()))?;
        let (steps, wanted) = mpsc::channel(STEPS);
        let shared = Arc::new(Shared {
            folder,
            settings,
            clock,
            file: RwLock::new(Some(database)),
            index: Mutex::new(index),
            totals: Mutex::default(),
            watched: Mutex::default(),
            news: Notify::new(),
            trouble: Mutex::default(),
            room: Arc::new(Semaphore::new(ROOM_UNITS as usize)),
            closed: watch::Sender::new(false),
        });
        let writing = shared.clone();
        std::thread::Builder::new()
            .name("jobs".to_owned())
            .spawn(move || writer::write(&writing, wanted))
            .map_err(|error| OpenError::Folder(format!("no thread for the jobs: {error}")))?;
        Ok(Self {
            shared,
            steps: Arc::new(Mutex::new(Some(steps))),
        })
    }

    async fn write<T: Send + 'static>(
        &self,
        step: impl FnOnce(&mut Writing<'_, '_>) -> Result<T, Wrong> + Send + 'static,
    ) -> Result<T, StoreError> {
        let steps = lock(&self.steps).clone().ok_or(StoreError::Closed)?;
        let (step, told) = Step::new(step, |_| None);
        steps.send(step).await.map_err(|_| StoreError::Closed)?;
        told.await.map_err(|_| StoreError::Closed)?
    }

    async fn take_one(&self, language: &str) -> Result<Option<Taken>, StoreError> {
        let steps = lock(&self.steps).clone().ok_or(StoreError::Closed)?;
        let wanted = language.to_owned();
        let id = |taken: &Option<Taken>| taken.as_ref().map(|taken| taken.job.id);
        let (step, told) = Step::new(move |it| it.take(&wanted), id);
        steps.send(step).await.map_err(|_| StoreError::Closed)?;
        let mut taking = Taking { told, steps };
        (&mut taking.told).await.map_err(|_| StoreError::Closed)?
    }

    /// Reads on a thread for that, from what was last committed.
    async fn read<T: Send + 'static>(
        &self,
        look: impl FnOnce(&redb::ReadTransaction) -> Result<T, Trouble> + Send + 'static,
    ) -> Result<T, StoreError> {
        let shared = self.shared.clone();
        let looking = tokio::task::spawn_blocking(move || {
            let file = shared.file();
            let database = file.as_ref().ok_or(StoreError::Closed)?;
            let failed = |error: String| StoreError::Failed(error);
            let transaction = database.begin_read().map_err(|it| failed(it.to_string()))?;
            look(&transaction).map_err(|it| failed(it.to_string()))
        });
        let looked = looking.await;
        looked.unwrap_or_else(|panicked| Err(StoreError::Failed(panicked.to_string())))
    }

    async fn take(&self, language: &str) -> Result<Taken, StoreError> {
        loop {
            let mut news = std::pin::pin!(self.shared.news.notified());
            news.as_mut().enable();
            let has_one = lock(&self.shared.index).queue.has(language);
            if has_one && let Some(taken) = self.take_one(language).await? {
                return Ok(taken);
            }
            self.until_closed(news).await?;
        }
    }

    async fn next_delivery(&self) -> Result<Found, StoreError> {
        loop {
            let mut news = std::pin::pin!(self.shared.news.notified());
            news.as_mut().enable();
            let now = self.shared.clock.now();
            let next = lock(&self.shared.index).next_delivery();
            match next {
                // By whoever writes: what is told is then on disk.
                Some((at, _)) if at <= now => {
                    if let Some(found) = self.write(|it| it.lease_delivery()).await? {
                        return Ok(found);
                    }
                }
                Some((at, _)) => {
                    let wait = Duration::from_millis(at - now);
                    let due = async {
                        tokio::select! {
                            () = sleep(wait) => {}
                            () = news => {}
                        }
                    };
                    self.until_closed(due).await?;
                }
                None => self.until_closed(news).await?,
            }
        }
    }

    /// A job with its result, which holds its room until nobody has it any more.
    async fn look_up(&self, id: Uuid) -> Result<Option<Found>, StoreError> {
        let bytes = lock(&self.shared.index).texts(id);
        let units = u32::try_from(bytes / UNIT_BYTES).unwrap_or(u32::MAX);
        let room = self.shared.room.clone();
        let permit = room.acquire_many_owned(units.min(ROOM_UNITS)).await;
        let permit = permit.map_err(|_| StoreError::Closed)?;
        let found = self.read(move |it| tables::read(it, id, true)).await?;
        let held = |bytes: Bytes| {
            Bytes::from_owner(Held {
                bytes,
                _permit: permit,
            })
        };
        Ok(found.map(|found| Found {
            result: found.result.map(held),
            ..found
        }))
    }

    async fn until_closed(&self, wait: impl Future<Output = ()>) -> Result<(), StoreError> {
        let mut closed = self.shared.closed.subscribe();
        tokio::select! {
            () = wait => Ok(()),
            _ = closed.wait_for(|closed| *closed) => Err(StoreError::Closed),
        }
    }

    async fn page(&self, owner: String, wanted: Wanted) -> Result<Page, StoreError> {
        let (ids, next) = lock(&self.shared.index).page(&owner, wanted);
        let jobs = self.read(move |transaction| {
            let mut jobs = Vec::with_capacity(ids.len());
            for id in ids {
                // Made and not committed, or forgotten meanwhile.
                let found = tables::read(transaction, id, false)?;
                jobs.extend(found.map(|found| found.job));
            }
            // The index may be a moment ahead of what is told.
            jobs.retain(|job| wanted.status.is_none_or(|it| it == job.status()));
            Ok(jobs)
        });
        Ok(Page {
            jobs: jobs.await?,
            next,
        })
    }
}

impl Store for Embedded {
    fn submit(&self, submission: Submission) -> Doing<'_, Submitted> {
        Box::pin(self.write(move |it| it.submit(submission)))
    }

    fn take<'a>(&'a self, language: &'a str) -> Doing<'a, Taken> {
        Box::pin(self.take(language))
    }

    fn give_back(&self, id: Uuid, begun: bool) -> Doing<'_, ()> {
        Box::pin(self.write(move |it| it.give_back(id, begun)))
    }

    fn finish(&self, id: Uuid, ending: Ending) -> Doing<'_, bool> {
        Box::pin(self.write(move |it| it.finish(id, ending)))
    }

    fn cancel(&self, owner: String, id: Uuid) -> Doing<'_, Option<Cancelling>> {
        Box::pin(self.write(move |it| it.cancel(&owner, id)))
    }

    fn find(&self, owner: String, id: Uuid) -> Doing<'_, Option<Found>> {
        Box::pin(async move {
            let found = self.look_up(id).await?;
            Ok(found.filter(|found| found.job.owner == owner))
        })
    }

    fn list(&self, owner: String, wanted: Wanted) -> Doing<'_, Page> {
        Box::pin(self.page(owner, wanted))
    }

    fn watch(&self, id: Uuid) -> watch::Receiver<u64> {
        let mut watched = lock(&self.shared.watched);
        // Those that nobody looks at any more go with the next change of theirs, or here.
        if watched.len() > STEPS {
            watched.retain(|_, sender| sender.receiver_count() > 0);
        }
        let sender = watched.entry(id).or_insert_with(|| watch::Sender::new(0));
        sender.subscribe()
    }

    fn next_delivery(&self) -> Doing<'_, Found> {
        Box::pin(self.next_delivery())
    }

    fn told(&self, id: Uuid, told: Told) -> Doing<'_, ()> {
        Box::pin(self.write(move |it| it.told(id, told)))
    }

    fn sweep(&self) -> Doing<'_, ()> {
        Box::pin(async move {
            loop {
                let now = self.shared.clock.now();
                if !lock(&self.shared.index).has_overdue(now) {
                    return Ok(());
                }
                if !self.write(|it| it.sweep()).await? {
                    return Ok(());
                }
            }
        })
    }

    fn needs(&self, blob: &BlobName) -> bool {
        lock(&self.shared.index).needs(blob)
    }

    fn figures(&self) -> Figures {
        let shared = &self.shared;
        let file_bytes = shared.folder.found(FILE).unwrap_or(0);
        let index = lock(&shared.index);
        let now = shared.clock.now();
        let age = |made: u64| Duration::from_millis(now.saturating_sub(made));
        Figures {
            jobs: Status::ALL.map(|it| (it, index.count(it))).to_vec(),
            jobs_max: shared.settings.max,
            totals: *lock(&shared.totals),
            oldest: index.oldest().map(age),
            bytes: index.bytes(),
            bytes_max: shared.settings.bytes,
            file_bytes,
            deliveries: index.deliveries(),
            trouble: lock(&shared.trouble).clone(),
        }
    }

    fn close(&self) -> Doing<'_, ()> {
        Box::pin(async move {
            drop(lock(&self.steps).take());
            let mut closed = self.shared.closed.subscribe();
            let _ = closed.wait_for(|closed| *closed).await;
            Ok(())
        })
    }
}

impl Shared {
    fn file(&self) -> RwLockReadGuard<'_, Option<Database>> {
        self.file.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn file_to_replace(&self) -> RwLockWriteGuard<'_, Option<Database>> {
        self.file.write().unwrap_or_else(PoisonError::into_inner)
    }

    fn tell_changes(&self, changed: &[Uuid]) {
        if changed.is_empty() {
            self.news.notify_waiters();
            return;
        }
        let mut watched = lock(&self.watched);
        for id in changed {
            if let Some(sender) = watched.get(id) {
                match sender.receiver_count() {
                    0 => drop(watched.remove(id)),
                    _ => sender.send_modify(|changes| *changes += 1),
                }
            }
        }
        drop(watched);
        self.news.notify_waiters();
    }

    fn note_trouble(&self, words: Option<String>) {
        if let Some(words) = &words {
            tracing::error!(error = words, "the store of the jobs failed");
        }
        *lock(&self.trouble) = words;
    }

    /// Closes the file, for which the library may panic where it is damaged.
    fn let_go(&self) {
        let file = self.file_to_replace().take();
        if catch_unwind(AssertUnwindSafe(|| drop(file))).is_err() {
            tracing::error!("the file of the jobs could not be closed in order: it is damaged");
        }
    }
}

/// A result that holds its room.
struct Held {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

/// Whoever waits for a job that is being taken. Where he goes away in the moment between its taking
/// and hearing of it, it waits again.
struct Taking {
    told: oneshot::Receiver<Result<Option<Taken>, StoreError>>,
    steps: mpsc::Sender<Step>,
}

impl Drop for Taking {
    fn drop(&mut self) {
        self.told.close();
        if let Ok(Ok(Some(taken))) = self.told.try_recv()
            && self
                .steps
                .try_send(writer::give_back(taken.job.id))
                .is_err()
        {
            tracing::warn!(job = %taken.job.id, "a job that nobody waits for any more waits until the next start");
        }
    }
}

enum Refused {
    Taken,
    File(String),
}

fn open(folder: &Folder) -> Result<Database, Refused> {
    let file = folder
        .file(FILE)
        .map_err(|error| Refused::File(error.to_string()))?;
    let opened = FileBackend::new(file).and_then(|file| {
        let mut builder = Builder::new();
        builder.set_cache_size(CACHE_BYTES);
        builder.create_with_backend(file)
    });
    opened.map_err(|error| match error {
        DatabaseError::DatabaseAlreadyOpen => Refused::Taken,
        error => Refused::File(error.to_string()),
    })
}

fn reopen(shared: &Shared) -> Result<Database, String> {
    open(&shared.folder).map_err(|refused| match refused {
        Refused::Taken => "another server has it".to_owned(),
        Refused::File(words) => words,
    })
}

fn lock<T>(place: &Mutex<T>) -> MutexGuard<'_, T> {
    place.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
pub(super) mod tests;
