//! The stop, whoever asks for it: new work is told, running work is answered.

use super::load::{Client, Tally};
use crate::harness::{
    Options, Reply, Server, Setup, marker, processes, read_to_end, setups, usual,
};
use serde_json::{Value, json};
use std::net::TcpStream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A Python program that takes this long and can be found.
pub(super) fn takes(seconds: u32, mark: &str) -> Value {
    let named = processes::named(mark);
    let code = format!("{named}import time\ntime.sleep({seconds})\nprint('finished')");
    json!({"code": code, "limits": {"wall_ms": 60_000}})
}

/// Asks for new work of a server that is stopping; answers the quickest of some.
#[track_caller]
pub(super) fn assert_refused(server: &Server) -> Duration {
    let asked = (0..10).map(|_| {
        let start = Instant::now();
        let reply = server.post_json("/execute/python", &json!({"code": "print(1)"}));
        let took = start.elapsed();
        assert_is_stopping(&reply);
        took
    });
    asked.min().expect("some")
}

#[track_caller]
pub(super) fn assert_is_stopping(reply: &Reply) {
    let body = reply.json();
    assert_eq!(reply.status, 503, "{body}");
    assert_eq!(reply.header("connection"), "close");
    assert_eq!(reply.header("retry-after"), "1");
    assert_eq!(body["error"], "Service Unavailable");
    assert_eq!(body["service_state"], "stopping");
    assert_eq!(body["fail_safe"], true);
    assert_eq!(body["code"], "stopping");
    assert!(
        body["message"]
            .as_str()
            .is_some_and(|text| !text.is_empty())
    );
}

#[test]
fn eight_runs_in_flight_are_answered_and_new_ones_refused_at_once() {
    for setup in setups() {
        let pool = [
            "--languages",
            "python",
            "--min-idle",
            "8",
            "--max-runners",
            "8",
        ];
        let server = Server::with(setup, &pool);
        server.wait_until_full("python", 8);
        let mark = marker("eight");
        let running: Vec<TcpStream> = (0..8)
            .map(|_| server.send_and_hold("python", &takes(3, &mark)))
            .collect();
        crate::harness::wait_for(Duration::from_secs(20), "all eight run", || {
            (processes::marked(&mark).len() >= 8).then_some(())
        });
        let family = server.family();
        processes::signal(server.pid(), "TERM");
        crate::harness::wait_for(Duration::from_secs(2), "it is not ready any more", || {
            (server.get("/readyz").status == 503).then_some(())
        });
        let quickest = assert_refused(&server);
        assert!(quickest < Duration::from_millis(10), "{quickest:?}");
        // What is reported is still reported.
        assert_eq!(server.get("/livez").status, 200);
        assert_eq!(server.get("/health").json()["service_state"], "stopping");
        for stream in running {
            let answer = read_to_end(stream);
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
            assert!(answer.contains("finished\\n"), "{answer}");
        }
        let status = server.wait_for_exit(Duration::from_secs(10));
        assert_eq!(status.code(), Some(0), "{}", server.log());
        let left = processes::left_after(Duration::from_secs(2), &family);
        assert!(left.is_empty(), "{left:#?}");
        for state in ["running", "stopping", "stopped"] {
            let line = format!("state=\"{state}\"");
            let told = server.log().matches(&line).count();
            assert_eq!(told, 1, "{state} is told {told} times");
        }
    }
}

#[test]
fn what_outlasts_the_shutdown_timeout_is_told_so() {
    for setup in setups() {
        let mut options = Options::new(setup, &["--languages", "python"]);
        options.env = vec![("SHUTDOWN_TIMEOUT".into(), "1".into())];
        let server = Server::start(&options);
        let mark = marker("outlasts");
        let running = server.send_and_hold("python", &takes(30, &mark));
        processes::wait_for_marked(&mark);
        let family = server.family();
        let start = Instant::now();
        processes::signal(server.pid(), "TERM");
        let answer = read_to_end(running);
        assert!(answer.contains("\"status\":\"cancelled\""), "{answer}");
        let status = server.wait_for_exit(Duration::from_secs(10));
        let took = start.elapsed();
        // Two seconds where nothing else is going on; the rest is for a machine that is busy.
        assert!(took < Duration::from_secs(5), "{took:?}");
        assert_eq!(status.code(), Some(5), "{}", server.log());
        let words = "running work was cancelled";
        assert!(server.log().contains(words), "{}", server.log());
        let left = processes::left_after(Duration::from_secs(2), &family);
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[test]
fn a_second_signal_hastens_the_stop() {
    let server = Server::with(usual(), &["--languages", "python"]);
    let mark = marker("hastened");
    let running = server.send_and_hold("python", &takes(30, &mark));
    processes::wait_for_marked(&mark);
    processes::signal(server.pid(), "TERM");
    assert_refused(&server);
    processes::signal(server.pid(), "INT");
    let answer = read_to_end(running);
    assert!(answer.contains("\"status\":\"cancelled\""), "{answer}");
    let status = server.wait_for_exit(Duration::from_secs(10));
    assert_eq!(status.code(), Some(5), "{}", server.log());
}

#[test]
fn without_fail_safe_a_stop_cancels_at_once() {
    let mut options = Options::new(usual(), &["--languages", "python"]);
    options.env = vec![("ENABLE_FAIL_SAFE".into(), "false".into())];
    let server = Server::start(&options);
    let mark = marker("no-fail-safe");
    let running = server.send_and_hold("python", &takes(30, &mark));
    processes::wait_for_marked(&mark);
    processes::signal(server.pid(), "TERM");
    let answer = read_to_end(running);
    assert!(answer.contains("\"status\":\"cancelled\""), "{answer}");
    let status = server.wait_for_exit(Duration::from_secs(10));
    assert_eq!(status.code(), Some(5), "{}", server.log());
}

#[test]
fn under_load_every_request_is_answered_or_refused_and_none_is_cut() {
    // Some requests wait for a runner at any time; none of them may wait in vain.
    let server = Server::with(Setup::Own, &["--languages", "python", "--queue", "1000"]);
    let (tally, enough) = (Tally::default(), AtomicBool::new(false));
    std::thread::scope(|scope| {
        for _ in 0..50 {
            scope.spawn(|| Client::new(server.port).ask_until(&tally, &enough));
        }
        std::thread::sleep(Duration::from_secs(2));
        processes::signal(server.pid(), "TERM");
        let status = server.wait_for_exit(Duration::from_secs(60));
        assert_eq!(status.code(), Some(0), "{}", server.log());
        std::thread::sleep(Duration::from_millis(300));
        enough.store(true, Ordering::Relaxed);
    });
    tally.assert_no_failure();
    let refused = tally.refused.load(Ordering::Relaxed);
    assert!(refused > 0, "nobody asked while it stopped");
    assert!(
        tally.nobody.load(Ordering::Relaxed) > 0,
        "nobody asked after it"
    );
    eprintln!(
        "{} answered or refused, {refused} of them refused",
        tally.requests()
    );
}
