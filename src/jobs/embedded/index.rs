//! What is in the file, as far as it is asked for all the time: who is next, how many there are, what
//! is due. Made from the file at the start, and kept in step with it by whoever writes.

use super::queue::Queue;
use crate::access::Digest;
use crate::jobs::job::{BlobName, Delivery, Job, Moment, Status};
use crate::jobs::store::Wanted;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use uuid::Uuid;

/// What a job takes in the file besides its texts, about.
const JOB_BYTES: u64 = 512;

#[derive(Debug, Default)]
pub(super) struct Index {
    jobs: HashMap<Uuid, Entry>,
    owners: HashMap<Arc<str>, Owner>,
    pub(super) queue: Queue,
    /// What expires or is forgotten, and when.
    deadlines: BTreeSet<(Moment, Uuid)>,
    /// Ends that are to be told, and when.
    deliveries: BTreeSet<(Moment, Uuid)>,
    /// By whoever sent them and their own words for it.
    keys: HashMap<Scope, (Digest, Vec<Uuid>)>,
    key_deadlines: BTreeSet<(Moment, Scope)>,
    blobs: HashMap<BlobName, usize>,
    counts: BTreeMap<Status, usize>,
    bytes: u64,
    /// Jobs that somebody in this process has taken.
    pub(super) taken: HashSet<Uuid>,
}

/// An owner, and his key for a submission.
pub(super) type Scope = (Arc<str>, String);

#[derive(Debug)]
struct Entry {
    owner: Arc<str>,
    language: String,
    created_at: Moment,
    status: Status,
    bytes: u64,
    deadline: Option<Moment>,
    due: Option<Moment>,
    blobs: Vec<BlobName>,
}

#[derive(Debug, Default)]
struct Owner {
    jobs: BTreeSet<Uuid>,
    queued: usize,
}

impl Index {
    /// Puts a job in the place of what was known of it. `texts` is what its request and its result
    /// take.
    pub(super) fn put(&mut self, job: &Job, texts: u64) {
        self.remove(job.id);
        let name: Arc<str> = match self.owners.get_key_value(&*job.owner) {
            Some((name, _)) => name.clone(),
            None => job.owner.as_str().into(),
        };
        let due = job.callback.as_ref().and_then(|it| match it.delivery {
            Delivery::Due(at) => Some(at),
            _ => None,
        });
        let status = job.status();
        let entry = Entry {
            owner: name.clone(),
            language: job.language.clone(),
            created_at: job.created_at,
            status,
            bytes: texts + JOB_BYTES,
            deadline: job.deadline(),
            due,
            blobs: match status.is_final() {
                true => Vec::new(),
                false => job.blobs.clone(),
            },
        };
        let owner = self.owners.entry(name.clone()).or_default();
        owner.jobs.insert(job.id);
        if status == Status::Queued {
            owner.queued += 1;
            self.queue.add(&job.language, &name, job.id);
        }
        self.bytes += entry.bytes;
        *self.counts.entry(status).or_default() += 1;
        self.deadlines.extend(entry.deadline.map(|at| (at, job.id)));
        self.deliveries.extend(due.map(|at| (at, job.id)));
        for blob in &entry.blobs {
            *self.blobs.entry(*blob).or_default() += 1;
        }
        self.jobs.insert(job.id, entry);
    }

    pub(super) fn remove(&mut self, id: Uuid) {
        let Some(entry) = self.jobs.remove(&id) else {
            return;
        };
        if let Some(owner) = self.owners.get_mut(&entry.owner) {
            owner.jobs.remove(&id);
            if entry.status == Status::Queued {
                owner.queued -= 1;
                self.queue.remove(&entry.language, &entry.owner, id);
            }
            if owner.jobs.is_empty() {
                self.owners.remove(&entry.owner);
            }
        }
        self.bytes -= entry.bytes;
        if let Some(count) = self.counts.get_mut(&entry.status) {
            *count -= 1;
        }
        if let Some(at) = entry.deadline {
            self.deadlines.remove(&(at, id));
        }
        if let Some(at) = entry.due {
            self.deliveries.remove(&(at, id));
        }
        for blob in entry.blobs {
            if let Some(count) = self.blobs.get_mut(&blob) {
                *count -= 1;
                if *count == 0 {
                    self.blobs.remove(&blob);
                }
            }
        }
    }

    pub(super) fn put_key(&mut self, scope: Scope, digest: Digest, ids: Vec<Uuid>, until: Moment) {
        self.key_deadlines.insert((until, scope.clone()));
        self.keys.insert(scope, (digest, ids));
    }

    pub(super) fn key(&self, scope: &Scope) -> Option<&(Digest, Vec<Uuid>)> {
        self.keys.get(scope)
    }

    /// Forgets the oldest key whose time is over.
    pub(super) fn take_old_key(&mut self, now: Moment) -> Option<Scope> {
        let (until, _) = self.key_deadlines.first()?;
        if *until > now {
            return None;
        }
        let (_, scope) = self.key_deadlines.pop_first()?;
        self.keys.remove(&scope);
        Some(scope)
    }

    /// What is to expire or to be forgotten by now.
    pub(super) fn overdue(&self, now: Moment, most: usize) -> Vec<Uuid> {
        let due = self.deadlines.iter().take_while(|(at, _)| *at <= now);
        due.map(|(_, id)| *id).take(most).collect()
    }

    pub(super) fn has_overdue(&self, now: Moment) -> bool {
        let job = self.deadlines.first().is_some_and(|(at, _)| *at <= now);
        let key = self.key_deadlines.first().is_some_and(|(at, _)| *at <= now);
        job || key
    }

    /// The next end that is to be told, and when.
    pub(super) fn next_delivery(&self) -> Option<(Moment, Uuid)> {
        self.deliveries.first().copied()
    }

    /// Gives it to nobody else before that moment: by then it was told, or whoever told it is gone.
    pub(super) fn lease_delivery(&mut self, (at, id): (Moment, Uuid), until: Moment) {
        self.deliveries.remove(&(at, id));
        self.deliveries.insert((until, id));
        if let Some(entry) = self.jobs.get_mut(&id) {
            entry.due = Some(until);
        }
    }

    pub(super) fn page(&self, owner: &str, wanted: Wanted) -> (Vec<Uuid>, Option<Uuid>) {
        let Some(owner) = self.owners.get(owner) else {
            return (Vec::new(), None);
        };
        let fits = |id: &&Uuid| {
            let status = self.jobs.get(id).map(|entry| entry.status);
            wanted.status.is_none_or(|wanted| status == Some(wanted))
        };
        let before = wanted.after.unwrap_or(Uuid::max());
        let mut found: Vec<Uuid> = owner
            .jobs
            .range(..before)
            .rev()
            .filter(fits)
            .take(wanted.limit + 1)
            .copied()
            .collect();
        let more = found.len() > wanted.limit;
        found.truncate(wanted.limit);
        let next = more.then(|| found.last().copied()).flatten();
        (found, next)
    }

    pub(super) fn needs(&self, blob: &BlobName) -> bool {
        self.blobs.contains_key(blob)
    }

    /// When the oldest of those that wait was made.
    pub(super) fn oldest(&self) -> Option<Moment> {
        let entry = self.jobs.get(&self.queue.oldest()?);
        entry.map(|entry| entry.created_at)
    }

    pub(super) fn len(&self) -> usize {
        self.jobs.len()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// What the texts of one job take.
    pub(super) fn texts(&self, id: Uuid) -> u64 {
        let entry = self.jobs.get(&id);
        entry.map_or(0, |entry| entry.bytes - JOB_BYTES)
    }

    pub(super) fn queued_of(&self, owner: &str) -> usize {
        self.owners.get(owner).map_or(0, |owner| owner.queued)
    }

    pub(super) fn count(&self, status: Status) -> usize {
        self.counts.get(&status).copied().unwrap_or(0)
    }

    pub(super) fn deliveries(&self) -> usize {
        self.deliveries.len()
    }
}
