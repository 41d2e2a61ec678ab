//! Runs that are followed, by their ids, so that whoever lost a connection finds his again: for as
//! long as the grace is, and within a bound on what all of them may hold.

use super::feed::{Feed, Reader};
use super::input::Input;
use super::told::{Command, Follow};
use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio::time::sleep;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What the events of all runs may take together.
const ALL_BYTES: usize = 512 << 20;
/// Events of one run beside its output, which a limit bounds.
const BESIDE_OUTPUT: usize = 64 << 10;
/// JSON escapes a control character with six bytes; ordinary text with hardly any.
const WRITTEN: usize = 2;
/// Commands that no runner has heard yet.
const COMMANDS: usize = 64;

/// There is no room for another run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the runs that are followed now may take all the memory that there is for their events")]
pub struct TooMany;

/// All runs that are followed. Cheap to clone; all clones are one.
#[derive(Clone)]
pub struct Runs(Arc<Shared>);

struct Shared {
    state: Mutex<State>,
    /// How long a run goes on, or its end is kept, with nobody who follows it.
    grace: Duration,
}

#[derive(Default)]
struct State {
    runs: HashMap<Uuid, Place>,
    /// Nobody follows them any more, and they are over.
    over: VecDeque<Uuid>,
    reserved: usize,
}

struct Place {
    run: Arc<LiveRun>,
    reserved: usize,
}

/// A run, as whoever follows it sees it.
pub struct LiveRun {
    pub run_id: Uuid,
    /// The name of the API key that began it.
    owner: Option<Arc<str>>,
    pub feed: Feed,
    /// Nothing where the request has all of it.
    pub input: Option<Input>,
    commands: mpsc::Sender<Command>,
    pub cancel: CancellationToken,
}

impl LiveRun {
    /// Reads what comes after the event of that number.
    pub fn read(&self, after: u64) -> Reader {
        self.feed.read(after)
    }

    /// Tells the program something, unless so much is on its way already that it must be lost.
    pub fn tell(&self, command: Command) -> bool {
        self.commands.try_send(command).is_ok()
    }
}

impl Runs {
    pub fn new(grace: Duration) -> Self {
        Self(Arc::new(Shared {
            state: Mutex::default(),
            grace,
        }))
    }

    /// Begins to follow a run: the side of whoever follows it, and its own. `output_bytes` is what is
    /// told of each stream at most.
    pub fn begin(
        &self,
        run_id: Uuid,
        owner: Option<Arc<str>>,
        input: Option<Input>,
        output_bytes: u64,
    ) -> Result<(Arc<LiveRun>, Follow), TooMany> {
        let output = usize::try_from(output_bytes).unwrap_or(usize::MAX);
        let reserved = output
            .saturating_mul(2 * WRITTEN)
            .saturating_add(BESIDE_OUTPUT);
        let (commands, hears) = mpsc::channel(COMMANDS);
        let run = Arc::new(LiveRun {
            run_id,
            owner,
            feed: Feed::paced(),
            input,
            commands,
            cancel: CancellationToken::new(),
        });
        let mut state = self.state();
        while state.reserved.saturating_add(reserved) > ALL_BYTES {
            let oldest = state.over.pop_front().ok_or(TooMany)?;
            state.remove(oldest);
        }
        state.reserved += reserved;
        let place = Place {
            run: run.clone(),
            reserved,
        };
        state.runs.insert(run_id, place);
        drop(state);
        let follow = Follow::new(run.feed.clone(), run.input.clone(), hears);
        Ok((run, follow))
    }

    /// A run that was begun by the same key.
    pub fn find(&self, run_id: Uuid, owner: Option<&str>) -> Option<Arc<LiveRun>> {
        let state = self.state();
        let place = state.runs.get(&run_id)?;
        (place.run.owner.as_deref() == owner).then(|| place.run.clone())
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.state().runs.len()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks after a run until nobody will come back for it: ends it when nobody has followed it for
    /// the grace, and then forgets it.
    pub async fn keep(self, run: Arc<LiveRun>) {
        loop {
            run.feed.left().await;
            if run.feed.has_ended() {
                self.is_over(&run);
            }
            tokio::select! {
                () = run.feed.joined() => {}
                () = sleep(self.0.grace) => break,
            }
        }
        run.cancel.cancel();
        run.feed.ended().await;
        self.forget(run.run_id);
    }

    /// Nobody will ask for it again.
    pub fn forget(&self, run_id: Uuid) {
        self.state().remove(run_id);
    }

    /// From here on it takes only the room that it needs, and gives it up when another needs it.
    fn is_over(&self, run: &LiveRun) {
        let mut state = self.state();
        let bytes = run.feed.bytes();
        let Some(place) = state.runs.get_mut(&run.run_id) else {
            return;
        };
        let freed = place.reserved.saturating_sub(bytes);
        place.reserved -= freed;
        state.reserved -= freed;
        if !state.over.contains(&run.run_id) {
            state.over.push_back(run.run_id);
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn remove(&mut self, run_id: Uuid) {
        if let Some(place) = self.runs.remove(&run_id) {
            self.reserved -= place.reserved;
        }
        self.over.retain(|over| *over != run_id);
    }
}

#[cfg(test)]
mod tests {
    use super::super::Event;
    use super::*;
    use tokio::time::{Instant, timeout};

    const GRACE: Duration = Duration::from_secs(30);

    fn begin(runs: &Runs, output_bytes: u64) -> Result<(Arc<LiveRun>, Follow), TooMany> {
        runs.begin(Uuid::new_v4(), Some("a".into()), None, output_bytes)
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_ends_when_nobody_has_come_back_for_the_grace() {
        let runs = Runs::new(GRACE);
        let (run, _follow) = begin(&runs, 1000).unwrap();
        let reader = run.read(0);
        let keeping = tokio::spawn(runs.clone().keep(run.clone()));
        sleep(10 * GRACE).await;
        drop(reader);
        sleep(GRACE / 2).await;
        let back = run.read(0);
        sleep(10 * GRACE).await;
        assert!(!run.cancel.is_cancelled());
        drop(back);
        let left = Instant::now();
        run.cancel.cancelled().await;
        assert_eq!(left.elapsed(), GRACE);
        run.feed.end();
        timeout(GRACE, keeping).await.unwrap().unwrap();
        assert!(runs.is_empty());
    }

    #[tokio::test]
    async fn only_its_own_key_finds_a_run() {
        let runs = Runs::new(GRACE);
        let (run, _follow) = begin(&runs, 1000).unwrap();
        assert!(runs.find(run.run_id, Some("a")).is_some());
        assert!(runs.find(run.run_id, Some("b")).is_none());
        assert!(runs.find(run.run_id, None).is_none());
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_over_gives_way_to_what_begins() {
        let runs = Runs::new(GRACE);
        let half = ((ALL_BYTES / 2 - BESIDE_OUTPUT) / (2 * WRITTEN)) as u64;
        let (first, _follow) = begin(&runs, half).unwrap();
        let (second, _other) = begin(&runs, half).unwrap();
        assert!(begin(&runs, half).is_err());
        second.feed.push(&Event::Started);
        second.feed.end();
        tokio::spawn(runs.clone().keep(second.clone()));
        sleep(Duration::from_secs(1)).await;
        assert!(
            runs.find(second.run_id, Some("a")).is_some(),
            "kept while there is room"
        );
        let _third = begin(&runs, half).unwrap();
        assert!(begin(&runs, 1000).is_err());
        assert!(runs.find(first.run_id, Some("a")).is_some());
    }
}
