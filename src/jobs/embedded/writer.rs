//! The one who writes: a thread that has the file, puts all that is wanted at once into one
//! transaction, and answers when it is on disk. A thousand jobs cost what one costs: one wait for the
//! disk.

use super::calm::{calm, taken};
use super::changes::{Writing, Wrong};
use super::index::Index;
use super::tables::{Tables, Trouble};
use super::{Shared, reopen};
use crate::jobs::job::Status;
use crate::jobs::store::{StoreError, Totals};
use redb::Database;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use uuid::Uuid;

/// Steps in one transaction.
const MOST_STEPS: usize = 512;
/// After a failure, before the file is opened anew.
const PAUSE: Duration = Duration::from_millis(200);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// What one step wants, and whom its outcome is told once that is kept.
pub(super) struct Step(
    Box<dyn FnOnce(&mut Writing<'_, '_>) -> Stepped + Send>,
    Tell,
);

/// Tells the outcome, or why there is none; answers what is to be given back because nobody was there
/// to hear of it.
type Tell = Box<dyn FnOnce(Result<(), StoreError>) -> Option<Uuid> + Send>;

/// Whether the transaction may go on.
type Stepped = Result<(), Trouble>;

impl Step {
    /// A step, and where its outcome will be.
    pub(super) fn new<T: Send + 'static>(
        step: impl FnOnce(&mut Writing<'_, '_>) -> Result<T, Wrong> + Send + 'static,
        unheard: impl FnOnce(&T) -> Option<Uuid> + Send + 'static,
    ) -> (Self, oneshot::Receiver<Result<T, StoreError>>) {
        let (tell, told) = oneshot::channel();
        let place = Arc::new(std::sync::Mutex::new(None));
        let outcome = place.clone();
        let take = Box::new(move |writing: &mut Writing<'_, '_>| {
            let (outcome, stepped) = match step(writing) {
                Ok(value) => (Ok(value), Ok(())),
                Err(Wrong::Refused(error)) => (Err(error), Ok(())),
                Err(Wrong::Trouble(trouble)) => {
                    let words = StoreError::Failed(trouble.to_string());
                    (Err(words), Err(trouble))
                }
            };
            *super::lock(&place) = Some(outcome);
            stepped
        });
        let tell = Box::new(move |kept: Result<(), StoreError>| {
            let outcome = super::lock(&outcome).take();
            let never = Err(StoreError::Failed("the step was not taken".to_owned()));
            let outcome = kept.and_then(|()| outcome.unwrap_or(never));
            match tell.send(outcome) {
                Ok(()) => None,
                Err(outcome) => unheard(&outcome.ok()?),
            }
        });
        (Self(take, tell), told)
    }
}

/// A step that has a job wait again which nobody was there to hear of.
pub(super) fn give_back(id: Uuid) -> Step {
    Step::new(move |writing| writing.give_back(id, false), |()| None).0
}

/// Lets go of the file, and of all who wait for that, however the writing ends.
struct Ends<'a>(&'a Shared);

impl Drop for Ends<'_> {
    fn drop(&mut self) {
        self.0.let_go();
        self.0.closed.send_replace(true);
    }
}

/// Writes until nobody can want anything any more.
pub(super) fn write(shared: &Shared, mut steps: mpsc::Receiver<Step>) {
    let _ends = Ends(shared);
    while let Some(first) = steps.blocking_recv() {
        let mut batch = vec![first];
        while batch.len() < MOST_STEPS
            && let Ok(more) = steps.try_recv()
        {
            batch.push(more);
        }
        let kept = commit(shared, &mut batch);
        let failed = kept.is_err();
        if let Err(error) = &kept {
            shared.note_trouble(Some(error.to_string()));
        }
        finish(shared, batch, kept);
        if failed {
            recover(shared, &mut steps);
        }
    }
}

/// Tries to open the file anew until that is done, or nobody wants it any more. Whoever wants
/// something meanwhile is told that it fails.
fn recover(shared: &Shared, steps: &mut mpsc::Receiver<Step>) {
    let mut pause = PAUSE;
    loop {
        std::thread::sleep(pause);
        pause = (pause * 2).min(LONGEST_PAUSE);
        // To close what could not be read may panic too.
        let mended = catch_unwind(AssertUnwindSafe(|| mend(shared)));
        let Err(words) = mended.unwrap_or_else(|_| Err(Trouble::Format.to_string())) else {
            tracing::info!("the store of the jobs works again");
            shared.note_trouble(None);
            shared.tell_changes(&[]);
            return;
        };
        shared.note_trouble(Some(words.clone()));
        while let Ok(Step(_, tell)) = steps.try_recv() {
            tell(Err(StoreError::Failed(words.clone())));
        }
        if steps.is_closed() {
            return;
        }
    }
}

/// Tells all outcomes. A job that was taken for somebody who is not there any more waits again.
fn finish(shared: &Shared, batch: Vec<Step>, kept: Result<(), StoreError>) {
    let tell = |Step(_, tell): Step| tell(kept.clone());
    let unheard: Vec<Uuid> = batch.into_iter().filter_map(tell).collect();
    if unheard.is_empty() {
        return;
    }
    let mut back: Vec<Step> = unheard.into_iter().map(give_back).collect();
    if let Err(error) = commit(shared, &mut back) {
        tracing::warn!(%error, "jobs that nobody waited for any more wait until the next start");
    }
}

/// All steps in one transaction.
fn commit(shared: &Shared, batch: &mut [Step]) -> Result<(), StoreError> {
    let mut changed = Vec::new();
    let before = super::lock(&shared.index).taken.clone();
    let mut totals = *super::lock(&shared.totals);
    // A library that panics over a broken file is a failure like any other.
    let written = catch_unwind(AssertUnwindSafe(|| {
        transact(shared, batch, &mut changed, &mut totals)
    }));
    let error = match written {
        Ok(Ok(())) => None,
        Ok(Err(trouble)) => Some(trouble.to_string()),
        Err(_) => Some("it panicked".to_owned()),
    };
    match error {
        None => {
            *super::lock(&shared.totals) = totals;
            shared.tell_changes(&changed);
            Ok(())
        }
        Some(words) => {
            // What was taken by this one was taken by nobody.
            super::lock(&shared.index).taken = before;
            Err(StoreError::Failed(words))
        }
    }
}

fn transact(
    shared: &Shared,
    batch: &mut [Step],
    changed: &mut Vec<Uuid>,
    totals: &mut Totals,
) -> Result<(), Trouble> {
    let file = shared.file();
    let Some(database) = file.as_ref() else {
        return Err(redb::Error::from(redb::StorageError::DatabaseClosed).into());
    };
    let mut transaction = calm(database.begin_write()?);
    // What a crash leaves is usable at once, however large the file is; and what is written is
    // proved by more than a checksum that whoever chose the content may have chosen too.
    transaction.set_quick_repair(true);
    {
        let mut tables = Tables::open(&transaction)?;
        let mut index = super::lock(&shared.index);
        let mut writing = Writing {
            tables: &mut tables,
            index: &mut index,
            settings: &shared.settings,
            now: shared.clock.now(),
            changed,
            totals,
        };
        for Step(step, _) in batch {
            let step = std::mem::replace(step, Box::new(|_| Ok(())));
            step(&mut writing)?;
        }
    }
    taken(transaction).commit()?;
    Ok(())
}

/// Opens the file anew after a failure, as the library asks for.
fn mend(shared: &Shared) -> Result<(), String> {
    shared.let_go();
    let database = calm(reopen(shared)?);
    let taken_now = super::lock(&shared.index).taken.clone();
    let read = catch_unwind(AssertUnwindSafe(|| {
        read_all(&database, |id| taken_now.contains(&id))
    }));
    let read = read.unwrap_or_else(|_| Err(Trouble::Format));
    let mut index = read.map_err(|trouble| trouble.to_string())?;
    index.taken = taken_now;
    *super::lock(&shared.index) = index;
    *shared.file_to_replace() = Some(taken(database));
    Ok(())
}

/// Reads what is in the file. What runs there, and by nobody that lives, waits again.
pub(super) fn read_all(
    database: &Database,
    lives: impl Fn(Uuid) -> bool,
) -> Result<Index, Trouble> {
    let mut index = Index::default();
    let mut orphans = Vec::new();
    let mut transaction = calm(database.begin_write()?);
    transaction.set_quick_repair(true);
    {
        let mut tables = Tables::open(&transaction)?;
        tables.all_jobs(|job, texts| {
            match job.status() == Status::Running && !lives(job.id) {
                true => orphans.push((job, texts)),
                false => index.put(&job, texts),
            }
            Ok(())
        })?;
        for (job, texts) in orphans {
            if let Ok(job) = job.give_back(true) {
                tables.put_job(&job)?;
                index.put(&job, texts);
            }
        }
        for kept in tables.all_keys()? {
            let scope = (kept.owner.as_str().into(), kept.key);
            index.put_key(scope, kept.digest, kept.ids, kept.until);
        }
    }
    taken(transaction).commit()?;
    Ok(index)
}
