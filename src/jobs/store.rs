//! What keeps jobs and says which is next: a small seam. Behind it lies a file of this server's own
//! ([`super::embedded`]); a service that several servers share can lie there as well.
//!
//! What every store promises: what it has answered is kept, whatever dies after that. A job that was
//! taken is given to nobody else until it is finished, given back, or its taker has died. A result
//! that was stored stays, and its job is not taken again.

use super::job::{BlobName, Callback, Failure, Job, State, Status};
use crate::access::Digest;
use bytes::Bytes;
use std::future::Future;
use std::pin::Pin;
use std::time::Duration;
use tokio::sync::watch;
use uuid::Uuid;

/// Something that a store does.
pub type Doing<'a, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'a>>;

pub trait Store: Send + Sync + 'static {
    /// All of them or none; durable once it is answered.
    fn submit(&self, submission: Submission) -> Doing<'_, Submitted>;

    /// Waits for a job of that language whose turn it is, and has it running. Whoever stops waiting
    /// has not taken it.
    fn take<'a>(&'a self, language: &'a str) -> Doing<'a, Taken>;

    /// A job that was taken and came to nothing waits again.
    fn give_back(&self, id: Uuid, begun: bool) -> Doing<'_, ()>;

    /// Stores what came of it; false where it was cancelled meanwhile.
    fn finish(&self, id: Uuid, ending: Ending) -> Doing<'_, bool>;

    /// Cancels what has not ended, and forgets what has; `None` where the owner has no such job.
    fn cancel(&self, owner: String, id: Uuid) -> Doing<'_, Option<Cancelling>>;

    /// A job of this owner, with its result where it has one.
    fn find(&self, owner: String, id: Uuid) -> Doing<'_, Option<Found>>;

    /// An owner's jobs, newest first.
    fn list(&self, owner: String, wanted: Wanted) -> Doing<'_, Page>;

    /// Changes whenever the job does.
    fn watch(&self, id: Uuid) -> watch::Receiver<u64>;

    /// Waits for an end that is due to be told, which is then given to nobody else.
    fn next_delivery(&self) -> Doing<'_, Found>;

    /// What came of telling it.
    fn told(&self, id: Uuid, told: Told) -> Doing<'_, ()>;

    /// Ends what has waited for too long, and forgets what ended long ago.
    fn sweep(&self) -> Doing<'_, ()>;

    /// Whether a job that waits or runs needs this blob.
    fn needs(&self, blob: &BlobName) -> bool;

    fn figures(&self) -> Figures;

    /// Lets go of all that others could wait for; nothing can be done after that.
    fn close(&self) -> Doing<'_, ()>;
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StoreError {
    #[error("{detail}")]
    Full { code: &'static str, detail: String },
    #[error("this idempotency-key came with another body before")]
    KeyReused,
    #[error("the store of the jobs failed: {0}")]
    Failed(String),
    #[error("the store of the jobs is closed")]
    Closed,
}

/// Jobs to be made.
#[derive(Debug, Clone)]
pub struct Submission {
    pub owner: String,
    pub request_id: String,
    pub client: Option<std::net::SocketAddr>,
    /// The client's key for this submission, and what it was sent with.
    pub again: Option<(String, Digest)>,
    pub jobs: Vec<NewJob>,
}

#[derive(Debug, Clone)]
pub struct NewJob {
    pub id: Uuid,
    pub language: String,
    /// A checked request body.
    pub work: Vec<u8>,
    pub blobs: Vec<BlobName>,
    pub ttl: Duration,
    pub callback_url: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submitted {
    /// As they are now; without those that are forgotten by now.
    pub jobs: Vec<Result<Job, Uuid>>,
    /// They were there already.
    pub replayed: bool,
}

/// A job that is this caller's to execute.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Taken {
    pub job: Job,
    pub work: Vec<u8>,
    /// It has been tried as often as may be, and is only to be ended.
    pub exhausted: bool,
}

/// What came of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ending {
    /// An answer, as JSON.
    pub result: Option<Bytes>,
    pub failure: Option<Failure>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cancelling {
    /// It is cancelled, by this or before.
    Cancelled(Box<Job>),
    /// It had ended and is gone now.
    Removed,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    pub job: Job,
    pub result: Option<Bytes>,
}

/// Which part of a list.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wanted {
    pub status: Option<Status>,
    pub limit: usize,
    /// Older than this one.
    pub after: Option<Uuid>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    pub jobs: Vec<Job>,
    /// Where the next page begins, if there is one.
    pub next: Option<Uuid>,
}

/// What came of telling an end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    Delivered,
    Again { error: String, after: Duration },
    Failed { error: String },
}

/// How many there are.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Figures {
    pub jobs: Vec<(Status, usize)>,
    pub jobs_max: usize,
    pub totals: Totals,
    /// For how long the oldest has waited.
    pub oldest: Option<Duration>,
    /// Requests and results that are kept.
    pub bytes: u64,
    pub bytes_max: u64,
    /// The file that they lie in.
    pub file_bytes: u64,
    /// Ends that are still to be told.
    pub deliveries: usize,
    /// What is wrong, in words.
    pub trouble: Option<String>,
}

/// What became of jobs since this process has had them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    pub submitted: u64,
    pub done: u64,
    /// Done, and without an answer of its program.
    pub failed: u64,
    pub cancelled: u64,
    pub expired: u64,
    /// Given back, because they came to nothing.
    pub returned: u64,
}

impl Totals {
    /// Counts an end.
    pub fn ended(&mut self, state: &State) {
        let count = match state {
            State::Done { failure: None, .. } => &mut self.done,
            State::Done { .. } => &mut self.failed,
            State::Cancelled { .. } => &mut self.cancelled,
            State::Expired { .. } => &mut self.expired,
            State::Queued | State::Running { .. } => return,
        };
        *count += 1;
    }
}

impl Figures {
    pub fn count(&self, wanted: Status) -> usize {
        let found = self.jobs.iter().find(|(status, _)| *status == wanted);
        found.map_or(0, |(_, count)| *count)
    }
}

impl Callback {
    pub(super) fn new(url: String) -> Self {
        Self {
            url,
            attempts: 0,
            last_error: None,
            delivery: super::job::Delivery::Waiting,
        }
    }
}
