//! Whose turn it is to wait at the pool's door. Those who wait stand in one queue for each who asks,
//! and the queues are served in turns: whoever sends a hundred requests waits for his own, and not
//! everybody for them. Without API keys all are one, first come first served.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::oneshot;

/// The queues of one pool. Cheap to clone; all clones are one.
#[derive(Clone)]
pub(super) struct Turns(Arc<Shared>);

struct Shared {
    /// How many may wait.
    most: usize,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Somebody has the turn.
    taken: bool,
    /// In the order of their next turns; none is empty.
    queues: VecDeque<Queue>,
    next: u64,
}

struct Queue {
    who: Arc<str>,
    waiting: VecDeque<Waiting>,
}

struct Waiting {
    number: u64,
    told: oneshot::Sender<Turn>,
}

/// The turn; passed on when it is dropped.
pub(super) struct Turn(Option<Turns>);

/// As many wait already as may, and nobody has more of them than whoever asks.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Full;

impl Turns {
    pub(super) fn new(most: usize) -> Self {
        Self(Arc::new(Shared {
            most,
            state: Mutex::default(),
        }))
    }

    /// Whether anybody waits or has the turn.
    pub(super) fn are_taken(&self) -> bool {
        self.state().taken
    }

    /// Waits for a turn. Where there is no more room, the one who waits for the longest queue's last
    /// place gives way to somebody with fewer requests; both are told by the same word.
    pub(super) async fn wait(&self, who: &str) -> Result<Turn, Full> {
        let (number, told) = {
            let mut state = self.state();
            if !state.taken && self.0.most > 0 {
                state.taken = true;
                return Ok(Turn(Some(self.clone())));
            }
            state.make_room(who, self.0.most)?;
            let (tell, told) = oneshot::channel();
            (state.queue(who, tell), told)
        };
        let _leaving = Leaving {
            turns: self,
            number,
        };
        // Whoever has to give way is told by a channel that closes.
        told.await.map_err(|_| Full)
    }

    /// Gives the turn to the next one who still waits.
    fn pass_on(&self) {
        loop {
            let next = {
                let mut state = self.state();
                let next = state.take_next();
                state.taken = next.is_some();
                next
            };
            let Some(waiting) = next else { return };
            match waiting.told.send(Turn(Some(self.clone()))) {
                Ok(()) => return,
                // Gone meanwhile: the turn is still here to be passed on.
                Err(mut turn) => turn.0 = None,
            }
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The one who has the turn waits as well.
    fn waiting(&self) -> usize {
        let queued: usize = self.queues.iter().map(|queue| queue.waiting.len()).sum();
        queued + usize::from(self.taken)
    }

    fn make_room(&mut self, who: &str, most: usize) -> Result<(), Full> {
        if self.waiting() < most {
            return Ok(());
        }
        let mine = self.queues.iter().find(|queue| &*queue.who == who);
        let mine = mine.map_or(0, |queue| queue.waiting.len());
        let longest = (self.queues.iter_mut()).max_by_key(|queue| queue.waiting.len());
        match longest {
            Some(longest) if longest.waiting.len() > mine + 1 => {
                longest.waiting.pop_back();
                Ok(())
            }
            _ => Err(Full),
        }
    }

    fn queue(&mut self, who: &str, told: oneshot::Sender<Turn>) -> u64 {
        let number = self.next;
        self.next += 1;
        let waiting = Waiting { number, told };
        match self.queues.iter_mut().find(|queue| &*queue.who == who) {
            Some(queue) => queue.waiting.push_back(waiting),
            None => self.queues.push_back(Queue {
                who: who.into(),
                waiting: VecDeque::from([waiting]),
            }),
        }
        number
    }

    fn take_next(&mut self) -> Option<Waiting> {
        let mut queue = self.queues.pop_front()?;
        let next = queue.waiting.pop_front();
        if !queue.waiting.is_empty() {
            self.queues.push_back(queue);
        }
        next
    }

    fn remove(&mut self, number: u64) {
        for queue in &mut self.queues {
            queue.waiting.retain(|waiting| waiting.number != number);
        }
        self.queues.retain(|queue| !queue.waiting.is_empty());
    }
}

impl Drop for Turn {
    fn drop(&mut self) {
        if let Some(turns) = self.0.take() {
            turns.pass_on();
        }
    }
}

/// Leaves the queue, for whatever reason.
struct Leaving<'a> {
    turns: &'a Turns,
    number: u64,
}

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.turns.state().remove(self.number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;
    use tokio::time::{sleep, timeout};

    /// Lets `asked` wait one after the other while somebody has the turn, and answers in which
    /// order they get theirs.
    async fn order_of(turns: &Turns, asked: &[&'static str]) -> Vec<String> {
        let held = turns.wait("nobody").await.unwrap();
        let order = Arc::new(Mutex::new(Vec::new()));
        let mut waiting = Vec::new();
        for who in asked.iter().copied() {
            let (turns, order) = (turns.clone(), order.clone());
            waiting.push(tokio::spawn(async move {
                let word = match turns.wait(who).await {
                    Ok(_turn) => who.to_owned(),
                    Err(Full) => format!("no {who}"),
                };
                order.lock().unwrap().push(word);
            }));
            sleep(Duration::from_millis(1)).await;
        }
        drop(held);
        for task in waiting {
            task.await.unwrap();
        }
        assert!(!turns.are_taken());
        let order = order.lock().unwrap();
        order.clone()
    }

    #[tokio::test(start_paused = true)]
    async fn each_who_asks_has_turns_of_his_own() {
        let order = order_of(&Turns::new(100), &["a", "a", "a", "a", "b", "b", "c"]).await;
        assert_eq!(order, ["a", "b", "c", "a", "b", "a", "a"]);
    }

    #[tokio::test(start_paused = true)]
    async fn who_has_most_gives_way_where_there_is_no_room() {
        // One of the four has the turn.
        let order = order_of(&Turns::new(4), &["a", "a", "a", "a", "b", "b"]).await;
        assert_eq!(order, ["no a", "no a", "no b", "a", "b", "a"]);
        assert!(Turns::new(0).wait("a").await.is_err());
    }

    #[tokio::test(start_paused = true)]
    async fn who_goes_away_takes_no_turn_with_him() {
        let turns = Turns::new(10);
        let held = turns.wait("a").await.unwrap();
        let patience = Duration::from_millis(5);
        assert!(timeout(patience, turns.wait("b")).await.is_err());
        // Told, and gone before he hears of it.
        let mut late = Box::pin(turns.wait("c"));
        assert!(timeout(patience, &mut late).await.is_err());
        drop(held);
        drop(late);
        assert!(timeout(patience, turns.wait("d")).await.unwrap().is_ok());
        assert!(!turns.are_taken());
    }
}
