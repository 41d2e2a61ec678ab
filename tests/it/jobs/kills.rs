//! A server that is killed again and again, at any moment of its life and of its jobs' lives. Whatever
//! was answered with 202 is done in the end, and what was done stays as it was.

use super::{JSON, Shelf, prints, wait_for_jobs};
use crate::harness::{Server, processes, program, usual};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::process::Stdio;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const KILLS: usize = 200;
/// Of these while the server starts, and takes over what the last one left.
const EARLY: usize = 40;
/// Jobs that have not ended, as far as the clients know.
const MOST_OPEN: usize = 60;

/// What is known of the jobs.
#[derive(Default)]
struct Book {
    /// The output that each is to have.
    taken: HashMap<String, String>,
    /// As they were when they were first seen to be done.
    done: HashMap<String, Value>,
}

/// A number from 0 to `below`, as good as any.
fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    getrandom::fill(&mut bytes).expect("randomness");
    u64::from_le_bytes(bytes) % below
}

/// What must never change again.
fn lasting(job: &Value) -> Value {
    json!([
        job["attempts"],
        job["started_at"],
        job["finished_at"],
        job["result"]
    ])
}

/// Sends jobs, some of them in batches, each until it is answered.
fn send(
    server: &Server,
    book: &Mutex<Book>,
    next: &AtomicUsize,
    pending: &Mutex<Option<(usize, usize)>>,
) -> bool {
    let open = {
        let book = book.lock().expect("nobody panicked");
        book.taken.len() - book.done.len()
    };
    // What nobody answered is sent again, under the same key.
    let mut place = pending.lock().expect("nobody panicked");
    let (first, count) = match *place {
        Some(pending) => pending,
        None if open > MOST_OPEN => return false,
        None => {
            let count = [1, 1, 1, 5, 12][random(5) as usize];
            (next.fetch_add(count, Ordering::Relaxed), count)
        }
    };
    *place = Some((first, count));
    let text = |number: usize| format!("job {number}");
    let body = match count {
        1 => prints(&text(first)),
        _ => {
            json!({"jobs": (first..first + count).map(|it| prints(&text(it))).collect::<Vec<_>>()})
        }
    };
    let key = format!("from-{first}");
    let headers = [JSON, ("idempotency-key", &*key)];
    let Some(reply) = server.ask("POST", "/jobs", &headers, body.to_string().as_bytes()) else {
        return false;
    };
    if reply.status != 202 {
        assert_eq!(reply.status, 503, "{}", reply.text);
        return false;
    }
    *place = None;
    let answer = reply.json();
    let jobs = match count {
        1 => vec![answer],
        _ => answer["jobs"].as_array().expect("a list").clone(),
    };
    assert_eq!(jobs.len(), count);
    let mut book = book.lock().expect("nobody panicked");
    for (number, job) in (first..).zip(jobs) {
        let id = job["id"].as_str().expect("an id").to_owned();
        let before = book.taken.insert(id, format!("{}\n", text(number)));
        assert!(before.is_none(), "one id for two jobs");
    }
    true
}

/// Looks at some that are not known to be done, and at some that are.
fn look(server: &Server, book: &Mutex<Book>, most: usize) -> bool {
    let (open, done): (Vec<String>, Vec<String>) = {
        let book = book.lock().expect("nobody panicked");
        let open = book.taken.keys().filter(|id| !book.done.contains_key(*id));
        (
            open.take(most).cloned().collect(),
            book.done.keys().take(most / 4 + 1).cloned().collect(),
        )
    };
    for id in open.iter().chain(&done) {
        let Some(reply) = server.ask("GET", &format!("/jobs/{id}"), &[], b"") else {
            return false;
        };
        if reply.status == 503 {
            return false;
        }
        assert_eq!(reply.status, 200, "{id} is lost: {}", reply.text);
        let job = reply.json();
        let mut book = book.lock().expect("nobody panicked");
        match (job["status"].as_str(), book.done.get(id)) {
            (Some("done"), None) => {
                assert_eq!(job["result"]["stdout"], book.taken[id], "{job:#}");
                book.done.insert(id.clone(), lasting(&job));
            }
            (Some("done"), Some(before)) => assert_eq!(&lasting(&job), before, "{id} has changed"),
            (Some("queued" | "running"), None) => {}
            (_, before) => panic!("{id} was {before:?} and is {job:#}"),
        }
    }
    true
}

#[test]
fn killed_at_two_hundred_random_moments_it_loses_no_job_and_changes_no_result() {
    // One that is killed five times in a row is no program's fault here.
    let shelf = Shelf::new(&["--jobs-attempts", "1000", "--jobs-concurrency", "2"]);
    let (book, next, pending) = (
        Mutex::new(Book::default()),
        AtomicUsize::new(0),
        Mutex::new(None),
    );
    let began = Instant::now();
    let mut lives = Vec::new();
    for kill in 0..KILLS {
        if kill % (KILLS / EARLY) == 0 {
            let options = shelf.options();
            let folder = crate::harness::open_folder();
            let mut child = program(usual(), folder.path())
                .args(["serve", "--port", "0"])
                .args(&options.args)
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("the server starts");
            std::thread::sleep(Duration::from_micros(random(400_000)));
            let family = processes::descendants(child.id());
            child.kill().expect("it is ours");
            child.wait().expect("it is ours");
            let left = processes::left_after(Duration::from_secs(5), &family);
            assert!(left.is_empty(), "left behind by a killed server: {left:?}");
            continue;
        }
        let server = Server::launch(&shelf.options());
        let dead = AtomicBool::new(false);
        let life = Duration::from_micros(random(500_000));
        lives.push(life);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                while !dead.load(Ordering::Relaxed) {
                    if !send(&server, &book, &next, &pending) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            });
            scope.spawn(|| {
                while !dead.load(Ordering::Relaxed) {
                    if !look(&server, &book, 8) {
                        std::thread::sleep(Duration::from_millis(5));
                    }
                }
            });
            std::thread::sleep(life);
            processes::signal(server.pid(), "KILL");
            dead.store(true, Ordering::Relaxed);
        });
        server.wait_for_exit(Duration::from_secs(5));
    }
    let (taken, done) = {
        let book = book.lock().expect("nobody panicked");
        (book.taken.len(), book.done.len())
    };
    eprintln!(
        "{KILLS} kills in {:?}: {taken} jobs taken, {done} of them seen done",
        began.elapsed()
    );
    assert!(
        taken > 500 && done > 200,
        "{taken} taken, {done} done: too few to prove anything"
    );
    // One that lives: all that was answered is done before long, and nothing runs for ever.
    let server = Server::start(&shelf.options());
    wait_for_jobs(&server);
    while send(&server, &book, &next, &pending)
        && pending.lock().expect("nobody panicked").is_some()
    {}
    let ids: Vec<String> = book
        .lock()
        .expect("nobody panicked")
        .taken
        .keys()
        .cloned()
        .collect();
    let mut most_attempts = 0;
    for id in &ids {
        let job = server.ended(id);
        most_attempts = most_attempts.max(job["attempts"].as_u64().unwrap_or(0));
        let mut book = book.lock().expect("nobody panicked");
        assert_eq!(
            (&job["status"], &job["error"]),
            (&json!("done"), &Value::Null),
            "{job:#}"
        );
        assert_eq!(job["result"]["stdout"], book.taken[id], "{job:#}");
        match book.done.get(id) {
            Some(before) => assert_eq!(&lasting(&job), before, "{id} has changed"),
            None => drop(book.done.insert(id.clone(), lasting(&job))),
        }
    }
    for status in ["queued", "running", "cancelled", "expired"] {
        let left = server.get(&format!("/jobs?status={status}")).json();
        assert_eq!(left["jobs"], json!([]), "{status}");
    }
    eprintln!(
        "{} jobs done, the most often begun {most_attempts} times",
        ids.len()
    );
}

/// How many of them have ended, as the server says.
fn done(server: &Server) -> usize {
    let (mut count, mut after) = (0, String::new());
    loop {
        let page = server.ask(
            "GET",
            &format!("/jobs?limit=1000&status=done{after}"),
            &[],
            b"",
        );
        let Some(page) = page.filter(|page| page.status == 200) else {
            return count;
        };
        let page = page.json();
        count += page["jobs"].as_array().map_or(0, Vec::len);
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => return count,
        }
    }
}

#[test]
fn a_batch_of_a_thousand_is_right_to_the_last_job_though_servers_are_killed() {
    let shelf = Shelf::new(&["--jobs-attempts", "1000", "--jobs-concurrency", "2"]);
    let jobs: Vec<Value> = (0..1000).map(|n| prints(&format!("number {n}"))).collect();
    let server = shelf.server();
    let reply = server.submit(&json!({ "jobs": jobs }));
    assert_eq!(reply.status, 202, "{}", reply.text);
    let answer = reply.json();
    let ids: Vec<String> = (answer["jobs"].as_array().expect("a list").iter())
        .map(|job| job["id"].as_str().expect("an id").to_owned())
        .collect();
    // Each life is so short that the batch outlives several, and some do nothing at all.
    let (mut server, mut kills, began) = (server, 0, Instant::now());
    loop {
        std::thread::sleep(Duration::from_micros(random(600_000)));
        processes::signal(server.pid(), "KILL");
        server.wait_for_exit(Duration::from_secs(5));
        kills += 1;
        server = shelf.server();
        if done(&server) == ids.len() {
            break;
        }
        assert!(began.elapsed() < Duration::from_secs(300), "{kills} kills");
    }
    eprintln!("1,000 jobs over {kills} kills in {:?}", began.elapsed());
    assert!(kills >= 3, "{kills} kills are too few to prove anything");
    for (n, id) in ids.iter().enumerate() {
        let job = server.find(id);
        assert_eq!(
            (&job["status"], &job["error"], &job["result"]["stdout"]),
            (
                &json!("done"),
                &Value::Null,
                &json!(format!("number {n}\n"))
            ),
            "{job:#}"
        );
    }
}
