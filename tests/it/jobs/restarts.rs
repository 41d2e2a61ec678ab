//! What outlives a server that is stopped, killed or replaced.

use super::{JSON, Shelf, prints, takes, wait_for_jobs};
use crate::harness::{Options, Server, Setup, check, marker, processes, wait_for};
use serde_json::{Value, json};
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

fn stop(server: &Server) -> Option<i32> {
    processes::signal(server.pid(), "TERM");
    server.wait_for_exit(Duration::from_secs(60)).code()
}

fn kill(server: &Server) {
    processes::signal(server.pid(), "KILL");
    server.wait_for_exit(Duration::from_secs(5));
}

#[test]
fn a_stop_finishes_what_runs_and_keeps_what_waits() {
    let shelf = Shelf::new(&["--jobs-concurrency", "1"]);
    let server = shelf.server();
    let mark = marker("drain");
    let running = server.job(&takes(2, &mark));
    let queued: Vec<String> = (0..20)
        .map(|n| server.job(&prints(&n.to_string())))
        .collect();
    processes::wait_for_marked(&mark);
    assert_eq!(stop(&server), Some(0), "{}", server.log());
    let next = shelf.server();
    let job = next.find(&running);
    check(
        "it ran to its end",
        &job,
        &json!({"status": "done", "attempts": 1, "result": {"stdout": "finished\n"}}),
    );
    for (n, id) in queued.iter().enumerate() {
        let job = next.ended(id);
        check(
            "it waited",
            &job,
            &json!({"status": "done", "attempts": 1, "result": {"stdout": format!("{n}\n")}}),
        );
    }
}

#[test]
fn what_outlasts_a_stop_is_begun_anew_by_the_next_server() {
    let shelf = Shelf::new(&["--shutdown-timeout", "500ms"]);
    let server = shelf.server();
    let mark = marker("outlasts");
    let id = server.job(&takes(3, &mark));
    processes::wait_for_marked(&mark);
    // Running work was cancelled, as the exit code says; the job was not.
    assert_eq!(stop(&server), Some(5), "{}", server.log());
    let next = shelf.server();
    let job = next.ended(&id);
    check(
        "it is begun anew",
        &job,
        &json!({"status": "done", "attempts": 2, "result": {"stdout": "finished\n"}}),
    );
}

#[test]
fn who_waits_for_a_job_is_answered_when_the_server_stops() {
    let shelf = Shelf::new(&["--jobs-concurrency", "1"]);
    let server = shelf.server();
    let mark = marker("waits");
    server.job(&takes(3, &mark));
    processes::wait_for_marked(&mark);
    let id = server.job(&prints("later"));
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| server.get(&format!("/jobs/{id}?wait_ms=60000")));
        // It is waiting once it has not been answered at once.
        std::thread::sleep(Duration::from_millis(300));
        assert_eq!(stop(&server), Some(0), "{}", server.log());
        let reply = waiting.join().expect("it was answered");
        assert_eq!(
            (reply.status, &reply.json()["status"]),
            (200, &json!("queued"))
        );
    });
}

#[test]
fn a_request_that_is_sent_again_after_a_kill_makes_no_second_job() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let key = ("idempotency-key", "5f0c6d0e");
    let one = prints("once").to_string();
    let send = |server: &Server, body: &str| server.post("/jobs", &[JSON, key], body.as_bytes());
    let first = send(&server, &one);
    assert_eq!(
        (first.status, first.header("idempotency-replayed")),
        (202, "")
    );
    kill(&server);
    let next = shelf.server();
    let again = send(&next, &one);
    assert_eq!(
        (again.status, again.header("idempotency-replayed")),
        (202, "true")
    );
    assert_eq!(first.json()["id"], again.json()["id"]);
    assert_eq!(first.header("location"), again.header("location"));
    let other = send(&next, &prints("other").to_string());
    assert_eq!(
        (other.status, &other.json()["code"]),
        (422, &json!("idempotency_key_reused"))
    );
    assert_eq!(
        next.get("/jobs").json()["jobs"].as_array().map(Vec::len),
        Some(1)
    );
    // A batch as well, whatever has become of its jobs.
    let batch = json!({"jobs": [prints("a"), prints("b"), prints("c")]}).to_string();
    let send = |server: &Server| {
        server.post(
            "/jobs",
            &[JSON, ("idempotency-key", "batch")],
            batch.as_bytes(),
        )
    };
    let ids = |answer: &Value| -> Vec<String> {
        let jobs = answer["jobs"].as_array().expect("a list").iter();
        jobs.map(|job| job["id"].as_str().expect("an id").to_owned())
            .collect()
    };
    let first = ids(&send(&next).json());
    next.ended(&first[1]);
    assert_eq!(next.delete(&first[1]).status, 204);
    kill(&next);
    let last = shelf.server();
    let again = send(&last).json();
    assert_eq!(ids(&again), first);
    assert_eq!(again["jobs"][1]["status"], "removed");
}

#[test]
fn a_reload_leaves_the_jobs_alone() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    processes::signal(server.pid(), "HUP");
    wait_for(Duration::from_secs(5), "it was read again", || {
        let log = server.log();
        let line = log
            .lines()
            .find(|line| line.contains("the configuration was read again"))?;
        assert!(line.contains("needs_a_restart=[]"), "{line}");
        Some(())
    });
    server.ended(&server.job(&prints("1")));
}

#[test]
fn a_file_that_is_not_ours_stops_jobs_loudly_and_nothing_else() {
    let shelf = Shelf::new(&[]);
    let file = shelf.folder.path().join("jobs/jobs.redb");
    std::fs::write(&file, "somebody's notes\n".repeat(1000)).expect("it is ours");
    let server = Server::start(&shelf.options());
    let reply = server.submit(&prints("1"));
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (503, &json!("jobs_not_ready")),
        "{}",
        reply.text
    );
    assert!(reply.text.contains("move it away"), "{}", reply.text);
    assert_eq!(
        server.execute("python", &json!({"code": "print(1)"}))["stdout"],
        "1\n"
    );
    let health = server.get("/health").json();
    assert_eq!(health["status"], "degraded");
    let parts = health["parts"].as_array().cloned().unwrap_or_default();
    let part = parts
        .iter()
        .find(|part| part["name"] == "jobs")
        .expect("a part");
    assert_eq!(part["state"], "degraded", "{part:#}");
    assert!(
        server.log().contains("there are no jobs"),
        "{}",
        server.log()
    );
    // It is looked at again and again: nobody has to restart the server.
    std::fs::rename(&file, shelf.folder.path().join("jobs/aside")).expect("it is ours");
    wait_for_jobs(&server);
    server.ended(&server.job(&prints("1")));
}

/// With a socket that outlives the servers: the new one is there before the old one has let go.
#[test]
fn a_server_that_takes_over_waits_for_the_jobs_of_the_last() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let shelf = Shelf::new(&[]);
    let handed = || {
        let copy = listener.try_clone().expect("a descriptor");
        Options {
            socket: Some(Arc::new(OwnedFd::from(copy))),
            setup: Setup::Own,
            ..shelf.options()
        }
    };
    let first = Server::start(&handed());
    wait_for_jobs(&first);
    let mark = marker("handover");
    let running = first.job(&takes(3, &mark));
    processes::wait_for_marked(&mark);
    let queued = first.job(&prints("later"));
    processes::signal(first.pid(), "TERM");
    wait_for(Duration::from_secs(5), "the first stops", || {
        first.log().contains("state=\"stopping\"").then_some(())
    });
    let second = Server::launch(&handed());
    // The first one's program takes longer than the second one's start.
    let reply = second.ask(
        "GET",
        &format!("/jobs/{running}"),
        &[("connection", "close")],
        b"",
    );
    let reply = reply.expect("it answers");
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (503, &json!("jobs_not_ready")),
        "{}",
        reply.text
    );
    assert_eq!(reply.header("retry-after"), "1");
    assert!(reply.text.contains("another server"), "{}", reply.text);
    assert_eq!(
        first.wait_for_exit(Duration::from_secs(30)).code(),
        Some(0),
        "{}",
        first.log()
    );
    wait_for_jobs(&second);
    let job = second.ended(&running);
    check(
        "it ran to its end",
        &job,
        &json!({"status": "done", "attempts": 1}),
    );
    check(
        "it waited",
        &second.ended(&queued),
        &json!({"status": "done", "attempts": 1}),
    );
}
