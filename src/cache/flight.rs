//! Those who want the same program at the same time: the first compiles, the others wait for it.
//! Whoever is first and goes away makes room for the next; nobody waits for what will not come.

use super::Key;
use super::program::Program;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;

/// What came of a flight. One that is dropped without either was abandoned: the next who asks is
/// first.
#[derive(Clone)]
pub(super) enum Landing {
    Kept(Arc<Program>),
    /// It came to nothing that can be kept, such as a compile error.
    NotKept,
}

/// Everything that is being compiled now.
#[derive(Clone, Default)]
pub(super) struct Flights(Arc<Mutex<HashMap<Key, Waiting>>>);

/// What one who waits looks at.
pub(super) type Waiting = watch::Receiver<Option<Landing>>;

pub(super) enum Joined {
    First(Flight),
    Later(Waiting),
}

/// The right to compile one program, for as long as it is held.
pub(super) struct Flight {
    key: Key,
    flights: Flights,
    tell: watch::Sender<Option<Landing>>,
}

impl Flights {
    pub(super) fn join(&self, key: Key) -> Joined {
        let mut flights = self.lock();
        if let Some(waiting) = flights.get(&key) {
            return Joined::Later(waiting.clone());
        }
        let (tell, waiting) = watch::channel(None);
        flights.insert(key, waiting);
        Joined::First(Flight {
            key,
            flights: self.clone(),
            tell,
        })
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<Key, Waiting>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Flight {
    /// Tells all who wait.
    pub(super) fn land(self, landing: Landing) {
        self.tell.send_replace(Some(landing));
    }
}

impl Drop for Flight {
    /// Its place is free before those who wait hear of the end, and one of them takes it.
    fn drop(&mut self) {
        self.flights.lock().remove(&self.key);
    }
}

/// Waits for the end of a flight; `None` where it was abandoned.
pub(super) async fn landing(mut waiting: Waiting) -> Option<Landing> {
    let landed = waiting.wait_for(Option::is_some).await.ok()?;
    landed.clone()
}

#[cfg(test)]
mod tests {
    use super::super::key::tests::key;
    use super::super::program::tests::program;
    use super::*;

    #[track_caller]
    fn first(flights: &Flights) -> Flight {
        match flights.join(key("a")) {
            Joined::First(flight) => flight,
            Joined::Later(_) => panic!("somebody else is first"),
        }
    }

    #[track_caller]
    fn later(flights: &Flights) -> Waiting {
        match flights.join(key("a")) {
            Joined::Later(waiting) => waiting,
            Joined::First(_) => panic!("nobody is first"),
        }
    }

    #[tokio::test]
    async fn all_who_wait_get_what_the_first_made() {
        let flights = Flights::default();
        let flight = first(&flights);
        let waiting = [later(&flights), later(&flights)];
        assert!(matches!(flights.join(key("b")), Joined::First(_)));
        flight.land(Landing::Kept(Arc::new(program(b"made"))));
        for waiting in waiting {
            let Some(Landing::Kept(made)) = landing(waiting).await else {
                panic!("it was kept");
            };
            assert_eq!(made.bytes, b"made");
        }
        first(&flights);
    }

    #[tokio::test]
    async fn where_the_first_goes_away_the_next_is_first() {
        let flights = Flights::default();
        let flight = first(&flights);
        let waiting = later(&flights);
        drop(flight);
        assert!(landing(waiting).await.is_none());
        let next = first(&flights);
        let waiting = later(&flights);
        next.land(Landing::NotKept);
        assert!(matches!(landing(waiting).await, Some(Landing::NotKept)));
    }
}
