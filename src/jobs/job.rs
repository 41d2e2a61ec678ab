//! A job as it is stored, and the ways from state to state. Pure: no clock, no disk.

use serde::{Deserialize, Serialize};
use std::net::SocketAddr;
use utoipa::ToSchema;
use uuid::Uuid;

/// Milliseconds since 1970-01-01 UTC.
pub type Moment = u64;
/// A SHA-256.
pub type BlobName = [u8; 32];

/// What is known of a job; what it executes and what came of it lie beside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Job {
    /// In the order of their making.
    pub id: Uuid,
    /// The name of the API key that made it; empty where there are no keys.
    pub owner: String,
    pub language: String,
    /// Of the request that made it, for the log and the audit.
    pub request_id: String,
    pub client: Option<SocketAddr>,
    pub created_at: Moment,
    /// How long it may wait, and for how long its end is kept.
    pub ttl_ms: u64,
    /// How often its program may have begun.
    pub attempts: u32,
    /// What it is not to be without while it waits or runs.
    pub blobs: Vec<BlobName>,
    pub state: State,
    pub callback: Option<Callback>,
}

/// Where a job stands, with what is known there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum State {
    Queued,
    Running {
        started_at: Moment,
    },
    Done {
        started_at: Moment,
        finished_at: Moment,
        /// Why there is no answer of a program's own.
        failure: Option<Failure>,
    },
    Cancelled {
        started_at: Option<Moment>,
        finished_at: Moment,
    },
    Expired {
        finished_at: Moment,
    },
}

/// Why a job came to no answer of its program.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// As in problem documents.
    pub code: String,
    pub detail: String,
}

/// A state's name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(as = JobStatus, rename_all = "snake_case")]
pub enum Status {
    Queued,
    Running,
    Done,
    Cancelled,
    Expired,
}

/// Whom the end is told, and how far that is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Callback {
    pub url: String,
    pub attempts: u32,
    pub last_error: Option<String>,
    pub delivery: Delivery,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delivery {
    /// The job has not ended.
    Waiting,
    Due(Moment),
    Delivered(Moment),
    /// Given up.
    Failed(Moment),
}

/// What somebody wanted of a job does not fit the state that it is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the job is {}", .0.name())]
pub struct WrongState(pub Status);

impl Status {
    pub const ALL: [Self; 5] = [
        Self::Queued,
        Self::Running,
        Self::Done,
        Self::Cancelled,
        Self::Expired,
    ];

    /// As in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Queued => "queued",
            Self::Running => "running",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Expired => "expired",
        }
    }

    /// Nothing comes after it.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Done | Self::Cancelled | Self::Expired)
    }
}

impl Delivery {
    /// As in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Due(_) => "pending",
            Self::Delivered(_) => "delivered",
            Self::Failed(_) => "failed",
        }
    }
}

impl Job {
    pub fn status(&self) -> Status {
        match self.state {
            State::Queued => Status::Queued,
            State::Running { .. } => Status::Running,
            State::Done { .. } => Status::Done,
            State::Cancelled { .. } => Status::Cancelled,
            State::Expired { .. } => Status::Expired,
        }
    }

    pub fn started_at(&self) -> Option<Moment> {
        match self.state {
            State::Running { started_at } | State::Done { started_at, .. } => Some(started_at),
            State::Cancelled { started_at, .. } => started_at,
            State::Queued | State::Expired { .. } => None,
        }
    }

    pub fn finished_at(&self) -> Option<Moment> {
        match self.state {
            State::Done { finished_at, .. }
            | State::Cancelled { finished_at, .. }
            | State::Expired { finished_at } => Some(finished_at),
            State::Queued | State::Running { .. } => None,
        }
    }

    /// When something is to be done about it, if it stays as it is: it expires, or is forgotten.
    pub fn deadline(&self) -> Option<Moment> {
        match self.state {
            State::Queued => Some(self.created_at.saturating_add(self.ttl_ms)),
            State::Running { .. } => None,
            _ => (self.finished_at()).map(|at| at.saturating_add(self.ttl_ms)),
        }
    }

    /// Its program may begin from here on; counted beforehand, because nobody can count afterwards
    /// who was killed meanwhile. What has been tried as often as may be is not counted again.
    pub fn begin(self, now: Moment, most: u32) -> Result<Self, WrongState> {
        match self.state {
            State::Queued => Ok(Self {
                attempts: self.attempts.saturating_add(1).min(most.max(self.attempts)),
                state: State::Running { started_at: now },
                ..self
            }),
            _ => Err(WrongState(self.status())),
        }
    }

    /// It came to nothing for a reason of ours, and waits again.
    pub fn give_back(self, begun: bool) -> Result<Self, WrongState> {
        match self.state {
            State::Running { .. } => Ok(Self {
                attempts: self.attempts.saturating_sub(u32::from(!begun)),
                state: State::Queued,
                ..self
            }),
            _ => Err(WrongState(self.status())),
        }
    }

    pub fn finish(self, now: Moment, failure: Option<Failure>) -> Result<Self, WrongState> {
        let State::Running { started_at } = self.state else {
            return Err(WrongState(self.status()));
        };
        Ok(self.end(
            now,
            State::Done {
                started_at,
                finished_at: now,
                failure,
            },
        ))
    }

    pub fn cancel(self, now: Moment) -> Result<Self, WrongState> {
        if self.status().is_final() {
            return Err(WrongState(self.status()));
        }
        let started_at = self.started_at();
        Ok(self.end(
            now,
            State::Cancelled {
                started_at,
                finished_at: now,
            },
        ))
    }

    pub fn expire(self, now: Moment) -> Result<Self, WrongState> {
        match self.state {
            State::Queued => Ok(self.end(now, State::Expired { finished_at: now })),
            _ => Err(WrongState(self.status())),
        }
    }

    fn end(self, now: Moment, state: State) -> Self {
        let callback = self.callback.map(|callback| Callback {
            delivery: Delivery::Due(now),
            ..callback
        });
        Self {
            state,
            callback,
            ..self
        }
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    pub(in crate::jobs) fn job() -> Job {
        Job {
            id: Uuid::now_v7(),
            owner: String::new(),
            language: "python".into(),
            request_id: "r".into(),
            client: None,
            created_at: 1000,
            ttl_ms: 500,
            attempts: 0,
            blobs: Vec::new(),
            state: State::Queued,
            callback: None,
        }
    }

    #[test]
    fn attempts_count_what_may_have_begun() {
        let first = job().begin(1100, 2).unwrap();
        assert_eq!((first.attempts, first.started_at()), (1, Some(1100)));
        let never_began = first.clone().give_back(false).unwrap();
        assert_eq!(never_began.attempts, 0);
        let lost = first.give_back(true).unwrap().begin(1200, 2).unwrap();
        let again = lost.give_back(true).unwrap();
        assert_eq!(again.attempts, 2);
        // No more than that are counted: it will not be executed.
        assert_eq!(again.begin(1300, 2).unwrap().attempts, 2);
    }

    #[test]
    fn nothing_comes_after_an_end() {
        let done = (job().begin(1, 5))
            .and_then(|it| it.finish(2, None))
            .unwrap();
        let cancelled = job().cancel(1).unwrap();
        let expired = job().expire(1).unwrap();
        for ended in [done, cancelled, expired] {
            let wrong = Err(WrongState(ended.status()));
            assert!(ended.status().is_final());
            assert_eq!(ended.clone().begin(3, 5), wrong);
            assert_eq!(ended.clone().give_back(true), wrong);
            assert_eq!(ended.clone().finish(3, None), wrong);
            assert_eq!(ended.clone().cancel(3), wrong);
            assert_eq!(ended.clone().expire(3), wrong);
        }
    }

    #[test]
    fn what_waits_expires_and_what_has_ended_is_forgotten() {
        let queued = job();
        assert_eq!(queued.deadline(), Some(1500));
        let running = queued.begin(1400, 5).unwrap();
        assert_eq!(running.deadline(), None);
        assert_eq!(running.finish(9000, None).unwrap().deadline(), Some(9500));
    }

    #[test]
    fn every_end_is_told() {
        let callback = Callback {
            url: "https://a.example/".into(),
            attempts: 0,
            last_error: None,
            delivery: Delivery::Waiting,
        };
        let waits = Job {
            callback: Some(callback),
            ..job()
        };
        let due = |job: Job| job.callback.unwrap().delivery;
        assert_eq!(due(waits.clone().cancel(7).unwrap()), Delivery::Due(7));
        assert_eq!(due(waits.clone().expire(8).unwrap()), Delivery::Due(8));
        let running = waits.begin(8, 5).unwrap();
        assert_eq!(due(running.clone()), Delivery::Waiting);
        assert_eq!(due(running.finish(9, None).unwrap()), Delivery::Due(9));
    }
}
