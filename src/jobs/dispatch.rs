//! Has jobs executed: as many of a language at once as are allowed, in the order that the store gives
//! them. What comes to nothing for a reason of ours goes back, and its language rests for a while.

use super::store::{Ending, Store, StoreError, Taken};
use super::{Ended, Executor, Jobs};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::{Instant, sleep, sleep_until};
use tokio_util::sync::CancellationToken;
use tracing::Instrument;

/// The first rest of a language of which nothing could be executed; doubled with every further one.
const FIRST_REST: Duration = Duration::from_millis(250);
const LONGEST_REST: Duration = Duration::from_secs(30);
/// After a failure of the store.
const STORE_REST: Duration = Duration::from_millis(250);
const LONGEST_STORE_REST: Duration = Duration::from_secs(5);

/// The jobs of one language that are executed.
pub(super) struct Line {
    language: String,
    slots: Arc<Semaphore>,
    rest: Mutex<Rest>,
}

#[derive(Default)]
struct Rest {
    in_a_row: u32,
    until: Option<Instant>,
}

impl Line {
    pub(super) fn new(language: String, at_once: usize) -> Arc<Self> {
        Arc::new(Self {
            language,
            slots: Arc::new(Semaphore::new(at_once)),
            rest: Mutex::default(),
        })
    }

    fn rests_until(&self) -> Option<Instant> {
        let rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        rest.until.filter(|until| *until > Instant::now())
    }

    fn failed(&self) {
        let mut rest = self.rest.lock().unwrap_or_else(PoisonError::into_inner);
        // Those that failed together count once.
        if rest.until.is_some_and(|until| until > Instant::now()) {
            return;
        }
        let doubled = FIRST_REST.saturating_mul(1 << rest.in_a_row.min(16));
        rest.in_a_row = rest.in_a_row.saturating_add(1);
        rest.until = Some(Instant::now() + doubled.min(LONGEST_REST));
    }

    fn worked(&self) {
        *self.rest.lock().unwrap_or_else(PoisonError::into_inner) = Rest::default();
    }
}

impl Jobs {
    /// Takes and executes until no new job is to be started.
    pub(super) async fn dispatch(
        &self,
        line: Arc<Line>,
        store: Arc<dyn Store>,
        executor: Arc<dyn Executor>,
    ) {
        let stopping = self.stopping().clone();
        let taking = async {
            loop {
                // Never closed.
                let Ok(slot) = line.slots.clone().acquire_owned().await else {
                    return;
                };
                while let Some(until) = line.rests_until() {
                    sleep_until(until).await;
                }
                match store.take(&line.language).await {
                    Ok(taken) => self.begin(taken, slot, &line, &store, &executor),
                    Err(StoreError::Closed) => return,
                    Err(_) => sleep(STORE_REST).await,
                }
            }
        };
        tokio::select! {
            () = stopping.cancelled() => {}
            () = taking => {}
        }
    }

    fn begin(
        &self,
        taken: Taken,
        slot: OwnedSemaphorePermit,
        line: &Arc<Line>,
        store: &Arc<dyn Store>,
        executor: &Arc<dyn Executor>,
    ) {
        let id = taken.job.id;
        let cancel = self.note_running(id);
        let (jobs, line) = (self.clone(), line.clone());
        let (store, executor) = (store.clone(), executor.clone());
        let request_id = &*taken.job.request_id;
        let span = tracing::info_span!("job", job = %id, request_id, attempt = taken.job.attempts);
        self.under_way().spawn(
            async move {
                one(taken, &line, &*store, &*executor, cancel).await;
                jobs.note_ended(id);
                drop(slot);
            }
            .instrument(span),
        );
    }
}

/// One job, from its taking to what is stored of it.
async fn one(
    taken: Taken,
    line: &Line,
    store: &dyn Store,
    executor: &dyn Executor,
    cancel: CancellationToken,
) {
    let Taken {
        job,
        work,
        exhausted,
    } = taken;
    let id = job.id;
    if exhausted {
        tracing::warn!(
            attempts = job.attempts,
            "a job was tried as often as may be"
        );
        keep_trying(|| store.finish(id, executor.exhausted(&job))).await;
        return;
    }
    let begun = match executor.execute(&job, work, cancel.clone()).await {
        Ended::Ending(ending) => {
            line.worked();
            finish(store, id, ending).await;
            return;
        }
        // Whoever cancelled it has stored that.
        Ended::Cancelled { .. } if cancel.is_cancelled() => return,
        Ended::Cancelled { begun } => begun,
        Ended::NotBegun { why } => {
            line.failed();
            tracing::info!(why, "a job goes back to the queue, it was not begun");
            false
        }
        Ended::Lost { why } => {
            line.failed();
            tracing::warn!(why, "a job goes back to the queue, its runners were lost");
            true
        }
    };
    keep_trying(|| store.give_back(id, begun)).await;
}

async fn finish(store: &dyn Store, id: uuid::Uuid, ending: Ending) {
    let stored = keep_trying(|| store.finish(id, ending.clone())).await;
    if stored == Some(false) {
        tracing::info!("a job was cancelled before its result was stored");
    }
}

/// Until the store takes it, or is closed: then the job is still as it was, and is tried again.
async fn keep_trying<T, F>(mut attempt: impl FnMut() -> F) -> Option<T>
where
    F: Future<Output = Result<T, StoreError>>,
{
    let mut rest = STORE_REST;
    loop {
        match attempt().await {
            Ok(value) => return Some(value),
            Err(StoreError::Closed) => return None,
            Err(error) => tracing::warn!(%error, "what came of a job is not stored yet"),
        }
        sleep(rest).await;
        rest = (rest * 2).min(LONGEST_STORE_REST);
    }
}
