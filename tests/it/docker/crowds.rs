//! More requests than runners, and runners that are hard to come by.

use super::{Deployment, options, shared};
use crate::docker::proxy::{Proxy, Verdict};
use crate::harness::{Reply, check};
use serde_json::json;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

const RECOVER: Duration = Duration::from_secs(20);

/// Asks for this many runs at once, each of which prints its own number.
fn ask_all(server: &Deployment<'_>, count: usize) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..count)
            .map(|number| scope.spawn(move || server.ask(&format!("echo {number}"))))
            .collect();
        let join = |thread: std::thread::ScopedJoinHandle<'_, Reply>| thread.join();
        asking
            .into_iter()
            .map(|thread| join(thread).expect("an answer"))
            .collect()
    })
}

/// How many there were of each status. An answer that is 200 has the number of its own request.
fn count(replies: &[Reply], allowed: &[u16]) -> BTreeMap<u16, usize> {
    let mut counts = BTreeMap::new();
    for (number, reply) in replies.iter().enumerate() {
        assert!(
            allowed.contains(&reply.status),
            "{}: {}",
            reply.status,
            reply.text
        );
        if reply.status == 200 {
            let expected = json!({"status": "ok", "stdout": format!("{number}\n")});
            check("its own answer", &reply.json(), &expected);
        } else {
            assert!(!reply.header("retry-after").is_empty(), "{}", reply.text);
        }
        *counts.entry(reply.status).or_default() += 1;
    }
    counts
}

#[test]
fn a_hundred_requests_at_once_on_an_empty_pool() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(
        &daemon,
        &[
            "--min-idle",
            "0",
            "--max-runners",
            "4",
            "--queue",
            "64",
            "--queue-timeout",
            "30s",
        ],
    );
    assert_eq!(server.pool("sh")["size"], 0, "it is empty");
    let replies = ask_all(&server, 100);
    let counts = count(&replies, &[200, 429]);
    let answered = counts.get(&200).copied().unwrap_or(0);
    assert!(answered >= 64, "as many as may wait: {counts:?}");
    let pool = server.pool("sh");
    // Every claim was for an answer, so none was executed twice.
    let expected = json!({"claimed_total": answered, "waiting": 0, "failed_total": 0,
        "size": {"most": 4.0}});
    check("the pool", &pool, &expected);
}

#[test]
fn creation_that_fails_nine_times_out_of_ten() {
    let Some(daemon) = shared() else { return };
    let (broken, asked) = (
        Arc::new(AtomicBool::new(false)),
        Arc::new(AtomicUsize::new(0)),
    );
    let (is_broken, counted) = (broken.clone(), asked.clone());
    let proxy = Proxy::start(&daemon, move |request| {
        if !request.contains("/containers/create") || !is_broken.load(Ordering::Relaxed) {
            return Verdict::Pass;
        }
        match counted.fetch_add(1, Ordering::Relaxed) % 10 {
            5 => Verdict::Pass,
            _ => Verdict::Answer(500, json!({"message": "a fault of the test"}).to_string()),
        }
    });
    let args = ["--min-idle", "2", "--max-runners", "2", "--max-uses", "6"];
    let mut options = options(&daemon, &args);
    options.by_way_of = Some(proxy.host.clone());
    let server = Deployment::with(&daemon, &options);
    server.wait_until_full(2, RECOVER);
    let before = server.pool("sh")["created_total"].as_u64().unwrap_or(0);
    broken.store(true, Ordering::Relaxed);
    let (start, mut all) = (Instant::now(), BTreeMap::new());
    let mut created = before;
    while created == before {
        assert!(
            start.elapsed() < Duration::from_secs(60),
            "{all:?}: {}",
            server.pool("sh")
        );
        for (status, number) in count(&ask_all(&server, 8), &[200, 429, 503]) {
            *all.entry(status).or_insert(0) += number;
        }
        created = server.pool("sh")["created_total"].as_u64().unwrap_or(0);
        std::thread::sleep(Duration::from_millis(200));
    }
    eprintln!(
        "answers {all:?}, {} tries in {:?}",
        asked.load(Ordering::Relaxed),
        start.elapsed()
    );
    assert!(all.contains_key(&200) && all.contains_key(&503), "{all:?}");
    broken.store(false, Ordering::Relaxed);
    server.wait_until_full(2, RECOVER);
    assert_eq!(count(&ask_all(&server, 8), &[200])[&200], 8);
}
