//! A daemon that is gone, and one that accepts and never answers. Requests are answered within a
//! bound all the same; what tells about the server always answers; all of it recovers by itself.

use super::{Deployment, QUICK, own, sleeper, timed, wait_for_program};
use crate::docker::daemon::Daemon;
use crate::harness::{Server, check, marker, wait_for};
use crate::service::health::assert_tells_at_once;
use serde_json::json;
use std::time::{Duration, Instant};

/// From the daemon's return to a full pool: the longest pause between tries, and a container.
const RECOVER: Duration = Duration::from_secs(20);
/// What is asked of the server itself is answered at once, whatever the daemon does.
const AT_ONCE: Duration = Duration::from_secs(1);
/// The bound for a request that has to find out for itself: four runners that never begin, and the
/// queue.
const BOUND: Duration = Duration::from_secs(35);
/// From a fault to the word about it: the engine is asked every five seconds, for two at most.
const NOTICE: Duration = Duration::from_secs(10);

fn tells_of_itself(server: &Deployment<'_>) {
    for path in ["/livez", "/health", "/readyz", "/pool/stats"] {
        let (reply, took) = timed(|| server.get(path));
        assert!(took < AT_ONCE, "{path} took {took:?}: {}", reply.text);
        if path == "/livez" {
            assert_eq!(reply.status, 200, "{}", reply.text);
        }
    }
}

/// Waits until the server says of itself that it can run nothing, and of its engine why.
fn wait_until_unable(server: &Deployment<'_>, deadline: Duration) {
    wait_for(deadline, "/readyz and /health say so", || {
        let unable = server.get("/readyz").status == 503;
        (unable && !is_ok(server, "engine docker")).then_some(())
    });
}

/// Whether a part of the server's health is as it should be.
fn is_ok(server: &Deployment<'_>, name: &str) -> bool {
    let health = server.get("/health").json();
    let parts = health["parts"].as_array().cloned().unwrap_or_default();
    parts
        .iter()
        .any(|part| part["name"] == name && part["state"] == "ok")
}

#[test]
fn a_daemon_that_stops_and_starts_again() {
    let Some(daemon) = own() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "2", "--max-runners", "2"]);
    // As an operator does it, which ends the containers; and as a crash does, which does not.
    for end in [Daemon::stop, Daemon::kill] {
        server.wait_until_full(2, RECOVER);
        let mark = marker("outage");
        let request = sleeper(&mark, 30);
        std::thread::scope(|scope| {
            let asking = scope.spawn(|| timed(|| server.post_json("/execute/sh", &request)));
            wait_for_program(&mark);
            let start = Instant::now();
            end(&daemon);
            eprintln!("the daemon ended in {:?}", start.elapsed());
            // Neither the one that was running, nor any that comes now, waits for the daemon.
            let (reply, took) = timed(|| server.ask("echo"));
            eprintln!("refused after {took:?}");
            assert!(took < BOUND, "{took:?}: {}", reply.text);
            assert_eq!(reply.status, 503, "{}", reply.text);
            let (reply, _) = asking.join().expect("an answer");
            assert_eq!(reply.status, 503, "{}", reply.text);
        });
        wait_until_unable(&server, NOTICE);
        server.refuses_quickly();
        tells_of_itself(&server);
        daemon.up();
        let start = Instant::now();
        server.wait_until_full(2, RECOVER);
        eprintln!("full again after {:?}", start.elapsed());
        assert_eq!(server.sh("echo again"), "again\n");
        assert_eq!(server.get("/readyz").status, 200);
        wait_for(RECOVER, "there are as many containers as runners", || {
            (server.containers().len() == 2).then_some(())
        });
    }
}

#[test]
fn a_daemon_that_accepts_and_never_answers() {
    let Some(daemon) = own() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "2", "--max-runners", "2"]);
    server.wait_until_full(2, RECOVER);
    let mark = marker("paused");
    let paused = daemon.pause();
    let request = sleeper(&mark, 1);
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| timed(|| server.post_json("/execute/sh", &request))))
            .collect();
        while !asking.iter().all(|thread| thread.is_finished()) {
            tells_of_itself(&server);
            std::thread::sleep(Duration::from_millis(200));
        }
        for thread in asking {
            let (reply, took) = thread.join().expect("an answer");
            eprintln!("refused after {took:?}");
            assert!(took < BOUND, "{took:?}: {}", reply.text);
            assert_eq!(reply.status, 503, "after {took:?}: {}", reply.text);
        }
    });
    wait_until_unable(&server, BOUND);
    server.refuses_quickly();
    assert_tells_at_once(|path| server.get(path).status);
    drop(paused);
    let start = Instant::now();
    server.wait_until_full(2, RECOVER);
    eprintln!("full again after {:?}", start.elapsed());
    assert_eq!(server.sh("echo again"), "again\n");
    wait_for(
        RECOVER,
        "/health is as before, but for the languages without an image",
        || (is_ok(&server, "engine docker") && is_ok(&server, "pool sh")).then_some(()),
    );
    // What the daemon was asked for before it was paused, it does now, and nobody wants it.
    wait_for(
        Duration::from_secs(40),
        "only the runners' containers are left",
        || (server.containers().len() == 2).then_some(()),
    );
    assert!(crate::harness::processes::marked(&mark).is_empty());
}

/// It starts, says why it can run nothing, and can when it can.
#[test]
fn a_server_that_is_started_beside_a_daemon_that_never_answers() {
    let Some(daemon) = own() else { return };
    let paused = daemon.pause();
    let options = super::options(&daemon, &[]);
    let (server, start) = (Server::launch(&options), Instant::now());
    assert!(start.elapsed() < BOUND, "{:?}", start.elapsed());
    let told = server.told();
    assert!(told.contains("can run nothing yet"), "{told}");
    for _ in 0..3 {
        let (reply, took) = timed(|| server.post_json("/execute/sh", &json!({"code": "echo"})));
        assert!(took < QUICK, "{took:?}: {}", reply.text);
        assert_eq!(reply.status, 503, "{}", reply.text);
        let named = json!({"has": [daemon.host, "no answer within 5 s"]});
        check(
            "it names the daemon",
            &reply.json(),
            &json!({"detail": named}),
        );
    }
    drop(paused);
    wait_for(RECOVER, "/readyz answers 200", || {
        (server.get("/readyz").status == 200).then_some(())
    });
    let answer = server.execute("sh", &json!({"code": "echo up"}));
    check(
        "at last",
        &answer,
        &json!({"status": "ok", "stdout": "up\n"}),
    );
}

/// A pause that is shorter than every deadline is nobody's trouble.
#[test]
fn a_short_pause_of_the_daemon_delays_and_loses_nothing() {
    let Some(daemon) = own() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    server.wait_until_full(1, RECOVER);
    let mark = marker("short");
    let request = sleeper(&mark, 2);
    std::thread::scope(|scope| {
        let asking = scope.spawn(|| server.post_json("/execute/sh", &request));
        wait_for_program(&mark);
        let paused = daemon.pause();
        std::thread::sleep(Duration::from_secs(3));
        drop(paused);
        let answer = asking.join().expect("an answer").json();
        check(
            "late, and whole",
            &answer,
            &json!({"status": "ok", "stdout": "before\nafter\n"}),
        );
    });
    assert_eq!(server.sh("echo next"), "next\n");
    assert_eq!(server.pool("sh")["created_total"], 1);
}
