//! What is executed, how often, and what is kept, with futures for runs.

use super::*;
use axum::response::IntoResponse;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio::time::timeout;

const DEADLINE: Duration = Duration::from_secs(5);

/// Answers under test, and runs that are counted and wait to be let go.
#[derive(Clone)]
struct Bench {
    answers: Idempotency,
    executed: Arc<AtomicUsize>,
    allowed: Arc<Semaphore>,
}

impl Bench {
    fn new(answers: Idempotency) -> Self {
        Self {
            answers,
            executed: Arc::default(),
            allowed: Arc::new(Semaphore::new(0)),
        }
    }

    fn run(&self, outcome: Outcome) -> impl Future<Output = Outcome> + Send + 'static {
        let bench = self.clone();
        async move {
            let count = bench.executed.fetch_add(1, Ordering::Relaxed);
            bench.allowed.acquire().await.unwrap().forget();
            assert_ne!(outcome, Ok(Bytes::from("panic")), "run {count} was told to");
            outcome
        }
    }

    async fn ask(&self, key: &str, body: u8, outcome: Outcome) -> Result<Answered, Problem> {
        let run = self.run(outcome);
        let answer = self.answers.answer(scope(key), [body; 32], run);
        timeout(DEADLINE, answer).await.expect("there is an answer")
    }

    fn asking(&self, body: u8, text: &'static str) -> JoinHandle<Result<Answered, Problem>> {
        let bench = self.clone();
        tokio::spawn(async move { bench.ask("k", body, Ok(text.into())).await })
    }

    fn allow(&self, runs: usize) {
        self.allowed.add_permits(runs);
    }

    fn executed(&self) -> usize {
        self.executed.load(Ordering::Relaxed)
    }

    async fn until_executed(&self, times: usize) {
        let reached = async {
            while self.executed() < times {
                tokio::task::yield_now().await;
            }
        };
        let reached = timeout(DEADLINE, reached).await;
        reached.expect("it is executed");
    }
}

fn scope(key: &str) -> Scope {
    Scope {
        caller: "site".into(),
        language: "cpp".to_owned(),
        key: key.to_owned(),
    }
}

fn status(problem: Problem) -> u16 {
    problem.into_response().status().as_u16()
}

#[tokio::test]
async fn twenty_at_once_are_one_run() {
    let bench = Bench::new(Idempotency::new());
    let asking: Vec<_> = (0..20).map(|_| bench.asking(1, "hi")).collect();
    bench.until_executed(1).await;
    // Another body is refused at once, not after the run.
    assert_eq!(
        status(bench.ask("k", 2, Ok("".into())).await.unwrap_err()),
        422
    );
    bench.allow(20);
    let (mut first, mut shared) = (0, 0);
    for asked in asking {
        match asked.await.unwrap().unwrap() {
            Answered::First(bytes) if bytes == "hi" => first += 1,
            Answered::Shared(bytes) | Answered::Kept(bytes) if bytes == "hi" => shared += 1,
            other => panic!("{other:?}"),
        }
    }
    assert_eq!((first, shared, bench.executed()), (1, 19, 1));
    let again = bench.ask("k", 1, Ok("other".into())).await.unwrap();
    assert_eq!(again, Answered::Kept("hi".into()));
    assert_eq!(
        status(bench.ask("k", 2, Ok("".into())).await.unwrap_err()),
        422
    );
    let other = bench.ask("another", 2, Ok("new".into())).await.unwrap();
    assert_eq!(
        (other, bench.executed()),
        (Answered::First("new".into()), 2)
    );
}

#[tokio::test]
async fn a_client_that_went_away_finds_its_answer() {
    let bench = Bench::new(Idempotency::new());
    let gone = bench.asking(1, "hi");
    bench.until_executed(1).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let again = bench.asking(1, "other");
    tokio::task::yield_now().await;
    bench.allow(2);
    assert_eq!(again.await.unwrap().unwrap(), Answered::Shared("hi".into()));
    assert_eq!(bench.executed(), 1);
}

#[tokio::test]
async fn a_refusal_is_for_those_who_wait_and_is_not_kept() {
    let bench = Bench::new(Idempotency::new());
    let busy = Problem::new(429, "busy", "Busy", String::new());
    let asking: Vec<_> = (0..2)
        .map(|_| {
            let (bench, busy) = (bench.clone(), busy.clone());
            tokio::spawn(async move { bench.ask("k", 1, Err(busy)).await })
        })
        .collect();
    bench.until_executed(1).await;
    bench.allow(1);
    for asked in asking {
        assert_eq!(asked.await.unwrap(), Err(busy.clone()));
    }
    bench.allow(1);
    let later = bench.ask("k", 2, Ok("hi".into())).await.unwrap();
    assert_eq!((later, bench.executed()), (Answered::First("hi".into()), 2));
}

#[tokio::test]
async fn a_panic_is_told_and_leaves_nothing() {
    let bench = Bench::new(Idempotency::new());
    bench.allow(2);
    let problem = bench.ask("k", 1, Ok("panic".into())).await.unwrap_err();
    assert_eq!(problem.code(), "internal_error");
    let later = bench.ask("k", 1, Ok("hi".into())).await.unwrap();
    assert_eq!(later, Answered::First("hi".into()));
}

#[tokio::test]
async fn what_is_too_large_is_answered_and_not_kept() {
    let bench = Bench::new(Idempotency::of(8000, KEPT_FOR));
    bench.allow(10);
    for (size, kept) in [(1000, true), (1001, false)] {
        let (key, bytes) = (size.to_string(), Bytes::from(vec![b'x'; size]));
        let first = bench.ask(&key, 1, Ok(bytes.clone())).await.unwrap();
        assert_eq!(first, Answered::First(bytes.clone()));
        let again = bench.ask(&key, 1, Ok(bytes.clone())).await.unwrap();
        assert_eq!(again == Answered::Kept(bytes), kept, "{size}");
    }
}

#[tokio::test]
async fn there_is_room_for_so_much_and_the_oldest_go() {
    let bench = Bench::new(Idempotency::of(20_000, KEPT_FOR));
    bench.allow(100);
    let text = || Ok(Bytes::from(vec![b'x'; 1000]));
    for number in 0..50 {
        bench.ask(&number.to_string(), 1, text()).await.unwrap();
    }
    let kept = &bench.answers.0.kept;
    kept.run_pending_tasks();
    assert!(kept.weighted_size() <= 20_000 && kept.entry_count() >= 10);
    let newest = bench.ask("49", 1, text()).await.unwrap();
    assert!(matches!(newest, Answered::Kept(_)));
    let oldest = bench.ask("0", 1, text()).await.unwrap();
    assert!(matches!(oldest, Answered::First(_)));
    assert!(bench.answers.0.running().is_empty());
}

#[tokio::test]
async fn an_old_answer_is_forgotten() {
    let bench = Bench::new(Idempotency::of(8000, Duration::from_millis(20)));
    bench.allow(1000);
    bench.ask("k", 1, Ok("hi".into())).await.unwrap();
    let deadline = std::time::Instant::now() + Duration::from_secs(5);
    while bench.executed() < 2 {
        assert!(std::time::Instant::now() < deadline, "it is kept for ever");
        bench.ask("k", 1, Ok("hi".into())).await.unwrap();
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

#[test]
fn keys_are_what_can_stand_in_a_header() {
    let of = |values: &[&str]| {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(IDEMPOTENCY_KEY, value.parse().unwrap());
        }
        key(&headers).map_err(status)
    };
    let longest = "x".repeat(255);
    assert_eq!(of(&[]), Ok(None));
    assert_eq!(of(&["\"8e03978e\""]), Ok(Some("\"8e03978e\"".to_owned())));
    assert_eq!(of(&[&longest]), Ok(Some(longest.clone())));
    for wrong in [
        &[""][..],
        &["a b"],
        &["ä"],
        &["a", "a"],
        &[&(longest + "x")],
    ] {
        assert_eq!(of(wrong), Err(400), "{wrong:?}");
    }
}
