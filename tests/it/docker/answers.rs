//! Answers of the daemon that are lost, and one that says too little.

use super::{Deployment, options, shared};
use crate::docker::proxy::{Proxy, Verdict};
use crate::harness::{Server, check, processes, wait_for};
use serde_json::json;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// From the fault's end to a full pool: the longest pause between tries, and a container.
const RECOVER: Duration = Duration::from_secs(20);

/// The daemon makes a container and the server never hears of it: it gives up, and removes what
/// comes to light when the daemon answers again.
#[test]
fn a_container_that_the_server_never_heard_of_is_removed() {
    let Some(daemon) = shared() else { return };
    let faulty = Arc::new(AtomicBool::new(false));
    let is_faulty = faulty.clone();
    let proxy = Proxy::start(&daemon, move |request| {
        match is_faulty.load(Ordering::Relaxed) {
            true if request.contains("/containers/create") => Verdict::Lose,
            true if request.contains("/_ping") => Verdict::Answer(500, "{}".to_owned()),
            _ => Verdict::Pass,
        }
    });
    let mut options = options(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    options.by_way_of = Some(proxy.host.clone());
    let server = Deployment::with(&daemon, &options);
    server.wait_until_full(1, RECOVER);
    let first = server.containers().pop().expect("one");
    faulty.store(true, Ordering::Relaxed);
    daemon.docker(&["rm", "--force", &first.id]);
    let lost = wait_for(RECOVER, "another is made", || server.containers().pop());
    wait_for(RECOVER, "the server gives up", || {
        let error = server.pool("sh")["last_error"].to_string();
        error
            .contains("did not create a container within 15 s")
            .then_some(())
    });
    server.refuses_quickly();
    faulty.store(false, Ordering::Relaxed);
    server.wait_until_full(1, RECOVER);
    wait_for(RECOVER, "it is removed", || {
        let left = server.containers();
        (left.len() == 1 && left[0].id != lost.id).then_some(())
    });
    assert_eq!(server.sh("echo again"), "again\n");
}

#[test]
fn a_daemon_that_is_too_old_is_refused_in_words() {
    let Some(daemon) = shared() else { return };
    let proxy = Proxy::start(&daemon, |request| {
        let version = r#"{"Version": "19.03.15", "ApiVersion": "1.40", "MinAPIVersion": "1.12"}"#;
        match request.contains("/version ") {
            true => Verdict::Answer(200, version.to_owned()),
            false => Verdict::Pass,
        }
    });
    let mut options = options(&daemon, &[]);
    options.by_way_of = Some(proxy.host.clone());
    let server = Server::launch(&options);
    let words = ["speaks API 1.40", "1.41 (Docker 20.10) or newer is needed"];
    let told = server.told();
    assert!(told.contains("can run nothing yet"), "{told}");
    let reply = server.post_json("/execute/sh", &json!({"code": "echo"}));
    assert_eq!(reply.status, 503, "{}", reply.text);
    check(
        "it says so",
        &reply.json(),
        &json!({"detail": {"has": words}}),
    );
    check(
        "and why",
        &server.pool("sh"),
        &json!({"last_error": {"has": words}}),
    );
    assert_eq!(server.get("/readyz").status, 503);
}

/// A container that is stopped does not end with its link, and the daemon will not remove it: its
/// place is free again all the same, and it is removed when the daemon does as it is asked.
#[test]
fn a_container_that_cannot_be_removed_is_left_to_the_sweep() {
    let Some(daemon) = shared() else { return };
    let faulty = Arc::new(AtomicBool::new(false));
    let is_faulty = faulty.clone();
    let proxy = Proxy::start(&daemon, move |request| {
        match is_faulty.load(Ordering::Relaxed) && request.starts_with("DELETE /") {
            true => Verdict::Answer(500, json!({"message": "a fault of the test"}).to_string()),
            false => Verdict::Pass,
        }
    });
    let mut options = options(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    options.by_way_of = Some(proxy.host.clone());
    let server = Deployment::with(&daemon, &options);
    server.wait_until_full(1, RECOVER);
    let stopped = server.containers().pop().expect("one");
    faulty.store(true, Ordering::Relaxed);
    for process in processes::descendants(stopped.pid) {
        processes::signal(process.pid, "STOP");
    }
    processes::signal(stopped.pid, "STOP");
    // It answers no ping, does not end, and is asked for three times.
    wait_for(2 * RECOVER, "it is given up", || {
        (server.retired("unanswered") == 1).then_some(())
    });
    server.wait_until_full(1, 2 * RECOVER);
    assert_eq!(server.sh("echo next"), "next\n");
    assert_eq!(server.containers().len(), 2, "it is there still");
    faulty.store(false, Ordering::Relaxed);
    wait_for(Duration::from_secs(90), "the sweep removes it", || {
        let there = server.containers();
        (there.len() == 1 && there[0].id != stopped.id).then_some(())
    });
}
