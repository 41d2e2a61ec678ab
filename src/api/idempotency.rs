//! `Idempotency-Key`: a request that is sent again gets the answer of the first, and nothing is
//! executed twice. It knows bytes only; what is executed it is given as a future.
//!
//! The first runs in a task of its own, because whoever sends again has often lost the connection
//! of the first. What runs is listed here and not in the cache's own coalescing (`try_get_with`):
//! that hands the work to the next who waits when the first goes away, which would execute it
//! twice, and it would let a request with another body wait before it is refused.

use super::problem::Problem;
use crate::access::Digest;
use axum::body::Bytes;
use axum::http::{HeaderMap, HeaderName};
use moka::policy::EvictionPolicy;
use moka::sync::Cache;
use std::collections::HashMap;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::watch;
use tracing::Instrument;

pub(super) const IDEMPOTENCY_KEY: HeaderName = HeaderName::from_static("idempotency-key");
/// Says that an answer was there already.
pub(super) const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// How long a client may take to ask again.
const KEPT_FOR: Duration = Duration::from_secs(600);
/// All answers that are kept together.
const ALL_BYTES: usize = 64 << 20;
/// What an entry takes besides its texts, about.
const ENTRY_BYTES: usize = 512;
const LONGEST_KEY: usize = 255;

/// What a request is known by.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Scope {
    /// The name of the API key, empty where there is none.
    pub(super) caller: Arc<str>,
    pub(super) language: String,
    pub(super) key: String,
}

/// How an answer was come by.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Answered {
    /// It was executed for this request.
    First(Bytes),
    /// It was executed for another that this one came to while it ran.
    Shared(Bytes),
    /// It had been kept.
    Kept(Bytes),
}

type Outcome = Result<Bytes, Problem>;
type Waiting = watch::Receiver<Option<Outcome>>;

/// The answers that may be asked for again, and those that are on their way.
#[derive(Clone)]
pub(super) struct Idempotency(Arc<Shared>);

struct Shared {
    running: Mutex<HashMap<Scope, (Digest, Waiting)>>,
    kept: Cache<Scope, (Digest, Bytes)>,
    /// A larger answer would take the place of too many others.
    most_bytes: usize,
}

/// The right to execute for a scope, for as long as it is held.
struct Turn {
    scope: Scope,
    body: Digest,
    shared: Arc<Shared>,
    tell: watch::Sender<Option<Outcome>>,
}

enum Joined {
    First(Turn, Waiting),
    Later(Waiting),
    Kept(Bytes),
}

/// The request's key, where it has one.
pub(super) fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let mut all = headers.get_all(IDEMPOTENCY_KEY).iter();
    let Some(value) = all.next() else {
        return Ok(None);
    };
    let text = value.to_str().unwrap_or_default();
    let visible = text.bytes().all(|byte| byte.is_ascii_graphic());
    if all.next().is_some() || text.is_empty() || text.len() > LONGEST_KEY || !visible {
        return Err(Problem::new(
            400,
            "idempotency_key_invalid",
            "Invalid idempotency key",
            format!("idempotency-key takes 1 to {LONGEST_KEY} visible ASCII characters, once"),
        ));
    }
    Ok(Some(text.to_owned()))
}

impl Idempotency {
    pub(super) fn new() -> Self {
        Self::of(ALL_BYTES, KEPT_FOR)
    }

    fn of(all_bytes: usize, kept_for: Duration) -> Self {
        let weigh = |scope: &Scope, (_, bytes): &(Digest, Bytes)| {
            let texts = scope.caller.len() + scope.language.len() + scope.key.len();
            u32::try_from(ENTRY_BYTES + texts + bytes.len()).unwrap_or(u32::MAX)
        };
        // Least recently used, and not least often: a new answer must find its place.
        let kept = Cache::builder()
            .weigher(weigh)
            .max_capacity(all_bytes as u64)
            .time_to_live(kept_for)
            .eviction_policy(EvictionPolicy::lru())
            .build();
        Self(Arc::new(Shared {
            running: Mutex::default(),
            kept,
            most_bytes: all_bytes / 8,
        }))
    }

    /// The answer of `run`, or of the one that ran before it in this scope with the same body.
    pub(super) async fn answer(
        &self,
        scope: Scope,
        body: Digest,
        run: impl Future<Output = Outcome> + Send + 'static,
    ) -> Result<Answered, Problem> {
        let (mut waiting, how): (_, fn(Bytes) -> Answered) = match self.join(scope, body)? {
            Joined::Kept(bytes) => return Ok(Answered::Kept(bytes)),
            Joined::Later(waiting) => (waiting, Answered::Shared),
            Joined::First(turn, waiting) => {
                let task = async move { turn.end(run.await) };
                tokio::spawn(task.in_current_span());
                (waiting, Answered::First)
            }
        };
        // Without a word it ended by a panic, which the log has.
        let ended = waiting.wait_for(Option::is_some).await;
        let outcome = ended.ok().and_then(|outcome| outcome.clone());
        outcome.unwrap_or_else(|| Err(Problem::internal())).map(how)
    }

    fn join(&self, scope: Scope, body: Digest) -> Result<Joined, Problem> {
        let shared = &self.0;
        let mut running = shared.running();
        if let Some((first, waiting)) = running.get(&scope) {
            return same(first, &body).map(|()| Joined::Later(waiting.clone()));
        }
        // What has ended was kept before it left the list, so it is in one of the two.
        if let Some((first, bytes)) = shared.kept.get(&scope) {
            return same(&first, &body).map(|()| Joined::Kept(bytes));
        }
        let (tell, waiting) = watch::channel(None);
        running.insert(scope.clone(), (body, waiting.clone()));
        let turn = Turn {
            scope,
            body,
            shared: shared.clone(),
            tell,
        };
        Ok(Joined::First(turn, waiting))
    }
}

impl Shared {
    fn running(&self) -> MutexGuard<'_, HashMap<Scope, (Digest, Waiting)>> {
        self.running.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Turn {
    /// Keeps an answer and tells all who wait. A refusal is not kept: what was busy may be free.
    fn end(self, outcome: Outcome) {
        if let Ok(bytes) = &outcome
            && bytes.len() <= self.shared.most_bytes
        {
            // A copy, because large answers on their way out hold room that others wait for.
            let kept = (self.body, Bytes::copy_from_slice(bytes));
            self.shared.kept.insert(self.scope.clone(), kept);
        }
        self.tell.send_replace(Some(outcome));
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        self.shared.running().remove(&self.scope);
    }
}

fn same(first: &Digest, body: &Digest) -> Result<(), Problem> {
    match first == body {
        true => Ok(()),
        false => Err(reused()),
    }
}

/// The refusal of a key that came with another body.
pub(super) fn reused() -> Problem {
    let detail =
        "this idempotency-key came with another body before; take a new one for a new request";
    Problem::new(
        422,
        "idempotency_key_reused",
        "Idempotency key reused",
        detail.to_owned(),
    )
}

#[cfg(test)]
mod tests;
