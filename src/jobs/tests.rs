use super::embedded::FILE;
use super::*;
use crate::folder::tests::closed;
use futures_util::FutureExt;
use std::fs;
use std::sync::atomic::{AtomicU32, Ordering};
use tempfile::TempDir;
use tokio::sync::Notify;

/// No test waits longer.
const LONG: Duration = Duration::from_secs(20);

/// Does what the work says: `ok`, `not begun N times`, `lost`, `hang`.
#[derive(Default)]
struct Fake {
    begun: AtomicU32,
    most_at_once: AtomicU32,
    at_once: AtomicU32,
    /// The server stops.
    cancels: Notify,
}

impl Executor for Fake {
    fn execute<'a>(
        &'a self,
        _job: &'a Job,
        work: Vec<u8>,
        cancel: CancellationToken,
    ) -> Pin<Box<dyn Future<Output = Ended> + Send + 'a>> {
        Box::pin(async move {
            let begun = self.begun.fetch_add(1, Ordering::Relaxed) + 1;
            let now = self.at_once.fetch_add(1, Ordering::Relaxed) + 1;
            self.most_at_once.fetch_max(now, Ordering::Relaxed);
            let why = String::new();
            let ended = match std::str::from_utf8(&work).unwrap() {
                "ok" => {
                    sleep(Duration::from_millis(5)).await;
                    Ended::Ending(Ending {
                        result: Some("{\"stdout\":\"1\"}".into()),
                        failure: None,
                    })
                }
                "not begun at first" if begun < 4 => Ended::NotBegun { why },
                "not begun at first" => Ended::Ending(Ending {
                    result: Some("{}".into()),
                    failure: None,
                }),
                "lost" => Ended::Lost { why },
                _ => tokio::select! {
                    () = cancel.cancelled() => Ended::Cancelled { begun: true },
                    () = self.cancels.notified() => Ended::Cancelled { begun: true },
                },
            };
            self.at_once.fetch_sub(1, Ordering::Relaxed);
            ended
        })
    }

    fn exhausted(&self, _job: &Job) -> Ending {
        Ending {
            result: Some("{\"status\":\"internal_error\"}".into()),
            failure: Some(Failure {
                code: "attempts_exhausted".into(),
                detail: String::new(),
            }),
        }
    }

    fn message(&self, _found: &Found) -> Vec<u8> {
        Vec::new()
    }
}

struct Bench {
    jobs: Jobs,
    fake: Arc<Fake>,
    tasks: Tasks,
}

impl Bench {
    fn begin(folder: &TempDir) -> Self {
        let settings = JobSettings {
            folder: Some(folder.path().to_owned()),
            attempts: 3,
            at_once: 2,
            ..JobSettings::default()
        };
        let jobs = Jobs::new(settings, ["python".to_owned()]);
        let (fake, tasks) = (Arc::new(Fake::default()), Tasks::default());
        jobs.live(fake.clone(), Webhooks::off(), &tasks);
        Self { jobs, fake, tasks }
    }

    async fn ready(folder: &TempDir) -> Self {
        let bench = Self::begin(folder);
        bench
            .until("the jobs are there", || bench.jobs.check().is_ok())
            .await;
        bench
    }

    async fn until(&self, what: &str, probe: impl Fn() -> bool) {
        let waiting = async {
            while !probe() {
                sleep(Duration::from_millis(2)).await;
            }
        };
        let waited = timeout(LONG, waiting).await;
        waited.unwrap_or_else(|_| panic!("waited in vain: {what}"));
    }

    async fn submit(&self, work: &str) -> Uuid {
        let job = embedded::tests::new_job("python", work);
        let submission = embedded::tests::submission("", vec![job.clone()]);
        self.jobs.submit(submission, |_| ()).await.unwrap();
        job.id
    }

    async fn wait(&self, id: Uuid) -> Found {
        let found = self.jobs.find("", id, LONG).await.unwrap().unwrap();
        assert!(found.job.status().is_final(), "{found:?}");
        found
    }

    fn count(&self, wanted: Status) -> usize {
        let figures = self.jobs.figures().unwrap();
        let found = figures.jobs.iter().find(|(it, _)| *it == wanted);
        found.map_or(0, |(_, count)| *count)
    }

    async fn end(self) {
        self.jobs.stop();
        assert!(self.jobs.settled(LONG).await);
        self.jobs.close().await;
        assert!(self.tasks.end(LONG).await);
    }
}

#[tokio::test]
async fn what_is_kept_is_known_though_nobody_waits_for_it() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let job = embedded::tests::new_job("python", "ok");
    let submission = embedded::tests::submission("", vec![job.clone()]);
    let (tell, told) = tokio::sync::oneshot::channel();
    let kept = move |submitted: &Submitted| {
        let _ = tell.send(submitted.clone());
    };
    // Begun and dropped, as with a connection that is lost.
    let submitting = bench.jobs.submit(submission, kept);
    assert!(submitting.now_or_never().is_none());
    let submitted = timeout(LONG, told).await.unwrap().unwrap();
    assert_eq!(submitted.jobs[0].as_ref().unwrap().id, job.id);
    bench.wait(job.id).await;
}

#[tokio::test]
async fn a_job_is_executed_and_its_end_is_heard_of_at_once() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let id = bench.submit("ok").await;
    let found = bench.wait(id).await;
    assert_eq!(found.job.status(), Status::Done);
    assert_eq!(found.result.as_deref(), Some(&b"{\"stdout\":\"1\"}"[..]));
    assert_eq!(found.job.attempts, 1);
    assert_eq!(bench.jobs.find("other", id, Duration::ZERO).await, Ok(None));
    bench.end().await;
}

#[tokio::test]
async fn no_more_run_at_once_than_are_allowed() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let mut ids = Vec::new();
    for _ in 0..20 {
        ids.push(bench.submit("ok").await);
    }
    for id in ids {
        bench.wait(id).await;
    }
    assert_eq!(bench.fake.most_at_once.load(Ordering::Relaxed), 2);
    bench.end().await;
}

#[tokio::test]
async fn what_never_began_is_tried_again_and_not_counted() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let id = bench.submit("not begun at first").await;
    let found = bench.wait(id).await;
    assert_eq!((found.job.attempts, found.job.status()), (1, Status::Done));
    assert_eq!(bench.fake.begun.load(Ordering::Relaxed), 4);
    bench.end().await;
}

#[tokio::test]
async fn what_destroys_its_runners_is_given_up() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let id = bench.submit("lost").await;
    let found = bench.wait(id).await;
    assert_eq!(found.job.attempts, 3);
    assert!(
        matches!(&found.job.state, State::Done { failure: Some(it), .. } if it.code == "attempts_exhausted")
    );
    assert_eq!(bench.fake.begun.load(Ordering::Relaxed), 3);
    bench.end().await;
}

#[tokio::test]
async fn what_runs_is_cancelled_and_stays_so() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let id = bench.submit("hang").await;
    bench
        .until("it runs", || bench.count(Status::Running) == 1)
        .await;
    let waiting = bench.jobs.find("", id, LONG);
    let cancelling = async {
        sleep(Duration::from_millis(20)).await;
        bench.jobs.cancel("", id).await.unwrap()
    };
    let (found, cancelled) = tokio::join!(waiting, cancelling);
    assert!(matches!(cancelled, Some(Cancelling::Cancelled(_))));
    assert_eq!(found.unwrap().unwrap().job.status(), Status::Cancelled);
    bench
        .until("its run ends", || {
            bench.fake.at_once.load(Ordering::Relaxed) == 0
        })
        .await;
    let again = bench.jobs.cancel("", id).await.unwrap();
    assert!(matches!(again, Some(Cancelling::Cancelled(_))));
    assert_eq!(bench.jobs.cancel("other", id).await, Ok(None));
    bench.end().await;
}

#[tokio::test]
async fn a_stop_leaves_to_the_next_what_it_has_not_finished() {
    let folder = closed();
    let bench = Bench::ready(&folder).await;
    let running = bench.submit("hang").await;
    let other = bench.submit("hang").await;
    let queued = bench.submit("ok").await;
    let both = || bench.fake.at_once.load(Ordering::Relaxed) == 2;
    bench.until("two run", both).await;
    bench.jobs.stop();
    let waiting = bench.jobs.find("", queued, LONG);
    let found = timeout(Duration::from_secs(2), waiting)
        .await
        .expect("nobody waits for a stop");
    assert_eq!(found.unwrap().unwrap().job.status(), Status::Queued);
    bench.fake.cancels.notify_waiters();
    bench.end().await;
    let next = Bench::ready(&folder).await;
    for id in [running, other] {
        // Figures may be a moment ahead of what is on disk, and of what is told.
        let begun = async {
            loop {
                let found = next.jobs.find("", id, Duration::ZERO).await;
                let job = found.unwrap().unwrap().job;
                if job.status() == Status::Running {
                    return job;
                }
                sleep(Duration::from_millis(2)).await;
            }
        };
        let job = timeout(LONG, begun).await.expect("it runs again");
        assert_eq!(job.attempts, 2);
        next.jobs.cancel("", id).await.unwrap();
    }
    assert_eq!(next.wait(queued).await.job.attempts, 1);
    next.end().await;
}

#[tokio::test]
async fn the_next_server_waits_until_the_last_has_let_go() {
    let folder = closed();
    let first = Bench::ready(&folder).await;
    let id = first.submit("ok").await;
    first.wait(id).await;
    let second = Bench::begin(&folder);
    let told = || matches!(second.jobs.condition(), Condition::NotYet(why) if why.contains("another server"));
    second.until("it says so", told).await;
    assert!(matches!(second.jobs.check(), Err(JobsError::NotYet(_))));
    first.end().await;
    second
        .until("it has them", || second.jobs.check().is_ok())
        .await;
    second.wait(id).await;
    second.end().await;
}

#[tokio::test]
async fn a_file_that_is_not_ours_is_told_and_jobs_come_when_it_is_gone() {
    let folder = closed();
    let path = folder.path().join(FILE);
    fs::write(&path, "x".repeat(10_000)).unwrap();
    let bench = Bench::begin(&folder);
    let told =
        || matches!(bench.jobs.condition(), Condition::Ill(why) if why.contains("move it away"));
    bench.until("it says so", told).await;
    fs::rename(&path, folder.path().join("aside")).unwrap();
    bench
        .until("the jobs are there", || bench.jobs.check().is_ok())
        .await;
    bench.end().await;
}

#[tokio::test]
async fn without_a_place_there_are_no_jobs() {
    let jobs = Jobs::new(JobSettings::default(), []);
    assert!(matches!(jobs.check(), Err(JobsError::Off(why)) if why.contains("--jobs-dir")));
    assert!(matches!(jobs.condition(), Condition::Well(_)));
}
