//! What can be changed, each as one step of a transaction that others may share. A step looks first and
//! then writes: one that refuses has written nothing.

use super::index::Index;
use super::tables::{Kept, Tables, Trouble};
use crate::config::JobSettings;
use crate::jobs::job::{Callback, Delivery, Job, Moment, State, Status};
use crate::jobs::store::{
    Cancelling, Ending, Found, NewJob, StoreError, Submission, Submitted, Taken, Told, Totals,
};
use std::sync::Arc;
use uuid::Uuid;

/// Far longer than telling an end takes.
const LEASE_MS: u64 = 60_000;
/// What one sweep takes at most, so that others have their turn.
const SWEPT_AT_ONCE: usize = 1000;

/// Why a step came to nothing.
pub(super) enum Wrong {
    Refused(StoreError),
    /// The whole transaction is void.
    Trouble(Trouble),
}

impl<T: Into<Trouble>> From<T> for Wrong {
    fn from(trouble: T) -> Self {
        Self::Trouble(trouble.into())
    }
}

/// One transaction.
pub(super) struct Writing<'w, 't> {
    pub(super) tables: &'w mut Tables<'t>,
    pub(super) index: &'w mut Index,
    pub(super) settings: &'w JobSettings,
    pub(super) now: Moment,
    /// Jobs that are not as they were.
    pub(super) changed: &'w mut Vec<Uuid>,
    pub(super) totals: &'w mut Totals,
}

impl Writing<'_, '_> {
    pub(super) fn submit(&mut self, submission: Submission) -> Result<Submitted, Wrong> {
        let owner: Arc<str> = submission.owner.as_str().into();
        let scope = (submission.again.as_ref()).map(|(key, _)| (owner.clone(), key.clone()));
        let known = scope.as_ref().and_then(|scope| self.index.key(scope));
        if let (Some((_, digest)), Some((first, ids))) = (&submission.again, known) {
            if first != digest {
                return Err(Wrong::Refused(StoreError::KeyReused));
            }
            let mut jobs = Vec::with_capacity(ids.len());
            for id in ids {
                jobs.push(self.tables.job(*id)?.ok_or(*id));
            }
            let replayed = true;
            return Ok(Submitted { jobs, replayed });
        }
        self.check_room(&submission)?;
        let mut jobs = Vec::with_capacity(submission.jobs.len());
        for new in &submission.jobs {
            let job = self.job(&submission, new);
            self.tables.put_work(new.id, &new.work)?;
            self.tables.put_job(&job)?;
            self.index.put(&job, new.work.len() as u64);
            jobs.push(Ok(job));
            self.totals.submitted += 1;
        }
        if let (Some(scope), Some((key, digest))) = (scope, submission.again) {
            let ids: Vec<Uuid> = submission.jobs.iter().map(|new| new.id).collect();
            let until = self.now + millis(self.settings.ttl);
            let kept = Kept {
                owner: submission.owner,
                key,
                digest,
                ids: ids.clone(),
                until,
            };
            self.tables.put_key(&kept)?;
            self.index.put_key(scope, digest, ids, until);
        }
        let replayed = false;
        Ok(Submitted { jobs, replayed })
    }

    fn job(&self, submission: &Submission, new: &NewJob) -> Job {
        Job {
            id: new.id,
            owner: submission.owner.clone(),
            language: new.language.clone(),
            request_id: submission.request_id.clone(),
            client: submission.client,
            created_at: self.now,
            ttl_ms: millis(new.ttl),
            attempts: 0,
            blobs: new.blobs.clone(),
            state: State::Queued,
            callback: new.callback_url.clone().map(Callback::new),
        }
    }

    fn check_room(&self, submission: &Submission) -> Result<(), Wrong> {
        let full = |code, detail| Err(Wrong::Refused(StoreError::Full { code, detail }));
        let more = submission.jobs.len();
        let (have, most) = (self.index.len(), self.settings.max);
        if have + more > most {
            return full(
                "jobs_full",
                format!(
                    "{have} jobs are kept here, and there may be {most} (jobs_max); fetch and DELETE finished ones, or \
                     wait until they are forgotten"
                ),
            );
        }
        let bytes: u64 = submission.jobs.iter().map(|it| it.work.len() as u64).sum();
        let (used, room) = (self.index.bytes(), self.settings.bytes);
        if used.saturating_add(bytes) > room {
            return full(
                "jobs_full",
                format!(
                    "the jobs that are kept here take {used} bytes, and may take {room} (jobs_bytes); fetch and DELETE \
                     finished ones, or wait until they are forgotten"
                ),
            );
        }
        let (waiting, most) = (
            self.index.queued_of(&submission.owner),
            self.settings.max_per_key,
        );
        if !submission.owner.is_empty() && waiting + more > most {
            return full(
                "too_many_jobs",
                format!(
                    "{waiting} jobs of this key wait, and {most} may (jobs_per_key); send more when some of them are done"
                ),
            );
        }
        Ok(())
    }

    pub(super) fn take(&mut self, language: &str) -> Result<Option<Taken>, Wrong> {
        while let Some(id) = self.index.queue.next(language) {
            let (job, work) = (self.tables.job(id)?, self.tables.work(id)?);
            let (Some(job), Some(work)) = (job, work) else {
                // It is in the index and not in the file: nothing is left of it to be lost.
                self.forget(id)?;
                continue;
            };
            let exhausted = job.attempts >= self.settings.attempts;
            let Ok(job) = job.begin(self.now, self.settings.attempts) else {
                continue;
            };
            self.put(&job)?;
            self.index.taken.insert(id);
            return Ok(Some(Taken {
                job,
                work,
                exhausted,
            }));
        }
        Ok(None)
    }

    pub(super) fn give_back(&mut self, id: Uuid, begun: bool) -> Result<(), Wrong> {
        self.index.taken.remove(&id);
        if let Some(job) = self.tables.job(id)?
            && let Ok(job) = job.give_back(begun)
        {
            self.put(&job)?;
            self.totals.returned += 1;
        }
        Ok(())
    }

    pub(super) fn finish(&mut self, id: Uuid, ending: Ending) -> Result<bool, Wrong> {
        self.index.taken.remove(&id);
        let Some(job) = self.tables.job(id)? else {
            return Ok(false);
        };
        let Ok(job) = job.finish(self.now, ending.failure) else {
            return Ok(false);
        };
        let result = ending.result.unwrap_or_default();
        if !result.is_empty() {
            self.tables.put_result(id, &result)?;
        }
        self.end(&job, result.len() as u64)?;
        Ok(true)
    }

    pub(super) fn cancel(&mut self, owner: &str, id: Uuid) -> Result<Option<Cancelling>, Wrong> {
        let found = self.tables.job(id)?.filter(|job| job.owner == owner);
        let Some(job) = found else {
            return Ok(None);
        };
        if job.status() == Status::Cancelled {
            return Ok(Some(Cancelling::Cancelled(Box::new(job))));
        }
        self.index.taken.remove(&id);
        match job.cancel(self.now) {
            Ok(job) => {
                self.end(&job, 0)?;
                Ok(Some(Cancelling::Cancelled(Box::new(job))))
            }
            Err(_) => {
                self.forget(id)?;
                Ok(Some(Cancelling::Removed))
            }
        }
    }

    /// The next end that is due to be told, if there is one.
    pub(super) fn lease_delivery(&mut self) -> Result<Option<Found>, Wrong> {
        let Some((at, id)) = self.index.next_delivery().filter(|(at, _)| *at <= self.now) else {
            return Ok(None);
        };
        self.index
            .lease_delivery((at, id), self.now.saturating_add(LEASE_MS));
        let Some(job) = self.tables.job(id)? else {
            return Ok(None);
        };
        let result = self.tables.result(id)?.map(Into::into);
        Ok(Some(Found { job, result }))
    }

    pub(super) fn told(&mut self, id: Uuid, told: Told) -> Result<(), Wrong> {
        let Some(mut job) = self.tables.job(id)? else {
            return Ok(());
        };
        if let Some(callback) = &mut job.callback {
            callback.attempts += 1;
            (callback.delivery, callback.last_error) = match told {
                Told::Delivered => (Delivery::Delivered(self.now), callback.last_error.take()),
                Told::Again { error, after } => {
                    (Delivery::Due(self.now + millis(after)), Some(error))
                }
                Told::Failed { error } => (Delivery::Failed(self.now), Some(error)),
            };
            self.put(&job)?;
        }
        Ok(())
    }

    /// Whether there may be more to sweep.
    pub(super) fn sweep(&mut self) -> Result<bool, Wrong> {
        let overdue = self.index.overdue(self.now, SWEPT_AT_ONCE);
        let more = overdue.len() == SWEPT_AT_ONCE;
        for id in overdue {
            match self.tables.job(id)? {
                Some(job) if job.status() == Status::Queued => {
                    if let Ok(job) = job.expire(self.now) {
                        self.end(&job, 0)?;
                    }
                }
                _ => self.forget(id)?,
            }
        }
        while let Some(scope) = self.index.take_old_key(self.now) {
            self.tables.remove_key(&scope)?;
        }
        Ok(more)
    }

    /// It has ended: what it was to execute is of no use any more.
    fn end(&mut self, job: &Job, result_bytes: u64) -> Result<(), Wrong> {
        self.tables.remove_work(job.id)?;
        self.tables.put_job(job)?;
        self.index.put(job, result_bytes);
        self.changed.push(job.id);
        self.totals.ended(&job.state);
        Ok(())
    }

    fn put(&mut self, job: &Job) -> Result<(), Wrong> {
        self.tables.put_job(job)?;
        let texts = self.index.texts(job.id);
        self.index.put(job, texts);
        self.changed.push(job.id);
        Ok(())
    }

    fn forget(&mut self, id: Uuid) -> Result<(), Wrong> {
        self.tables.remove(id)?;
        self.index.remove(id);
        self.changed.push(id);
        Ok(())
    }
}

fn millis(time: std::time::Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX >> 1)
}
