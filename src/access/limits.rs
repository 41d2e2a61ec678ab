//! What one key may do: how often it may ask, and how many of its requests may be under way.

use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::{InMemoryState, NotKeyed};
use governor::{Quota, RateLimiter};
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

const MINUTE: Duration = Duration::from_secs(60);

/// The limits as they are written down.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct KeyLimits {
    pub rate: Option<Rate>,
    /// Requests at once.
    pub concurrency: Option<NonZeroU32>,
}

/// So many requests a minute in the long run, so many at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    pub requests_per_minute: NonZeroU32,
    pub burst: NonZeroU32,
}

/// What is left to a key after a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateState {
    pub rate: Rate,
    /// Requests that would be let through now.
    pub remaining: u32,
    /// Until there is one more; never longer than this.
    pub more_after: Duration,
}

/// The key has asked too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RateRefused {
    pub rate: Rate,
    pub retry_after: Duration,
}

impl Rate {
    /// In which time a burst that was used up is there again.
    pub fn window(&self) -> Duration {
        self.period().saturating_mul(self.burst.get())
    }

    fn period(&self) -> Duration {
        MINUTE / self.requests_per_minute.get()
    }
}

/// A place among the requests of a key, for as long as it is held.
#[derive(Debug)]
pub struct Place {
    _permit: OwnedSemaphorePermit,
}

type Bucket = RateLimiter<NotKeyed, InMemoryState, DefaultClock, StateInformationMiddleware>;

/// The limits at work. Each part is shared with the entry's successors for as long as what it was
/// made from stays the same.
#[derive(Debug, Default)]
pub(super) struct Meters {
    bucket: Option<Arc<Bucket>>,
    places: Option<Arc<Semaphore>>,
}

impl Meters {
    pub(super) fn new(limits: KeyLimits) -> Self {
        let bucket = |rate: Rate| {
            let quota = Quota::per_minute(rate.requests_per_minute).allow_burst(rate.burst);
            Arc::new(RateLimiter::direct(quota).with_middleware())
        };
        let places = |most: NonZeroU32| Arc::new(Semaphore::new(most.get() as usize));
        Self {
            bucket: limits.rate.map(bucket),
            places: limits.concurrency.map(places),
        }
    }

    /// Takes over what is counted under limits that did not change.
    pub(super) fn keep(&mut self, limits: KeyLimits, old: &Self, old_limits: KeyLimits) {
        if limits.rate == old_limits.rate {
            self.bucket.clone_from(&old.bucket);
        }
        if limits.concurrency == old_limits.concurrency {
            self.places.clone_from(&old.places);
        }
    }

    /// A place, `Ok(None)` where the key needs none, or an error where all are taken.
    pub(super) fn place(&self) -> Result<Option<Place>, ()> {
        let Some(places) = &self.places else {
            return Ok(None);
        };
        let permit = places.clone().try_acquire_owned().map_err(|_| ())?;
        Ok(Some(Place { _permit: permit }))
    }

    /// Counts one request.
    pub(super) fn count(&self, rate: Rate) -> Result<Option<RateState>, RateRefused> {
        let Some(bucket) = &self.bucket else {
            return Ok(None);
        };
        match bucket.check() {
            Ok(state) => Ok(Some(RateState {
                rate,
                remaining: state.remaining_burst_capacity(),
                more_after: rate.period(),
            })),
            Err(until) => Err(RateRefused {
                rate,
                retry_after: until.wait_time_from(DefaultClock::default().now()),
            }),
        }
    }
}
