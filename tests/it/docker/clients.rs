//! Clients that are slow, and clients that go away: neither holds a runner.

use super::{Deployment, shared, sleeper, wait_for_program};
use crate::harness::{marker, processes, read_to_end, wait_for};
use serde_json::json;
use std::io::Write;
use std::time::Duration;

const RECOVER: Duration = Duration::from_secs(15);
const ONE: [&str; 4] = ["--min-idle", "1", "--max-runners", "1"];

#[test]
fn a_client_that_sends_slowly_holds_no_runner() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &ONE);
    let body = json!({"code": "echo slow"}).to_string();
    let head = format!(
        "POST /execute/sh HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let mut stream = server.send(&head);
    for byte in body.bytes() {
        stream.write_all(&[byte]).expect("it is taken");
        // The only runner is free for others meanwhile.
        assert_eq!(server.sh("echo quick"), "quick\n");
    }
    let answer = read_to_end(stream);
    assert!(answer.contains("\"stdout\":\"slow\\n\""), "{answer}");
}

#[test]
fn a_client_that_reads_slowly_holds_no_runner() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &ONE);
    let bytes = 12_000_000;
    let request = json!({
        "code": format!("head -c {bytes} /dev/zero | tr '\\0' x"),
        "limits": {"output_bytes": 16 << 20},
    });
    let unread = server.send_and_hold("sh", &request);
    wait_for(RECOVER, "the run is over", || {
        let pool = server.pool("sh");
        (pool["claimed_total"] == 1 && pool["busy"] == 0 && pool["idle"] == 1).then_some(())
    });
    for number in 0..5 {
        assert_eq!(server.sh(&format!("echo {number}")), format!("{number}\n"));
    }
    let answer = read_to_end(unread);
    let got = answer.bytes().filter(|byte| *byte == b'x').count();
    assert!(got >= bytes, "{got} of {bytes}, and all of it was kept");
}

#[test]
fn a_client_that_goes_away_ends_its_run_within_a_second() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &ONE);
    let mark = marker("abandoned");
    let connection = server.send_and_hold("sh", &sleeper(&mark, 60));
    wait_for_program(&mark);
    let running = processes::marked(&mark);
    drop(connection);
    let left = processes::left_after(Duration::from_secs(1), &running);
    assert!(left.is_empty(), "{left:?}");
    assert_eq!(server.sh("echo next"), "next\n");
    server.wait_until_full(1, RECOVER);
    assert_eq!(server.pool("sh")["created_total"], 1, "its runner goes on");
}
