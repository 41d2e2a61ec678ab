//! Connections that are lost, and runs that are found again.

use super::with_each_setup;
use crate::harness::{Server, check, processes, setups, text_of, wait_for};
use serde_json::json;
use std::time::Duration;

const COUNTS: &str =
    "import time\nfor n in range(40):\n    print(n, flush=True)\n    time.sleep(0.05)";

fn counted() -> String {
    (0..40).map(|n| format!("{n}\n")).collect()
}

#[test]
fn whoever_comes_back_gets_the_rest_and_nothing_twice() {
    with_each_setup(&[], |server| {
        let mut socket = server.socket("python", &json!({ "code": COUNTS }));
        let mut seen = socket.until("stdout");
        let run_id = seen[0].json["run_id"].as_str().expect("an id").to_owned();
        // Lost and found, lost and found, by the one way and the other.
        for round in 0..4 {
            seen.extend(socket.until("stdout"));
            let after = seen.last().expect("an event").seq();
            socket.lose();
            let path = format!("/execute/python/ws?run_id={run_id}&after={after}");
            socket = server.try_socket(&path, &[]).expect("it is found");
            if round == 1 {
                seen.extend(socket.until("stdout"));
                let after = seen.last().expect("an event").seq();
                let path = format!("/execute/python/ws?run_id={run_id}&after={after}");
                let mut events = server.events_after(&run_id, after);
                let event = events.next().expect("an event");
                assert_eq!(event.seq(), after + 1);
                // Who was there before is told that he was replaced.
                let close = loop {
                    if let Err((code, _)) = socket.next() {
                        break code;
                    }
                };
                assert_eq!(close, 4409);
                drop(events);
                socket = server.try_socket(&path, &[]).expect("it is found");
            }
        }
        let (rest, close) = socket.rest();
        seen.extend(rest);
        assert_eq!((text_of(&seen, "stdout"), close), (counted(), 1000));
        let numbers: Vec<_> = seen.iter().map(|event| event.seq()).collect();
        assert_eq!(numbers, (1..=seen.len() as u64).collect::<Vec<_>>());
    });
}

#[test]
fn an_end_that_nobody_saw_is_kept_for_a_while() {
    let server = Server::with(setups()[0], &["--reconnect-grace", "3s"]);
    let mut events = server.events(
        "python",
        &json!({"code": "import time; time.sleep(0.3); print('x')"}),
    );
    let run_id = events.next().expect("an event").json["run_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    drop(events);
    wait_for(Duration::from_secs(2), "the run is over", || {
        (server.pool("python")["busy"] == 0).then_some(())
    });
    let events = server.events_after(&run_id, 1).rest();
    let result = &events.last().expect("a result").json["result"];
    check(
        "the end",
        result,
        &json!({"status": "ok", "stdout_bytes": 2}),
    );
    let path = format!("/runs/{run_id}/events");
    wait_for(Duration::from_secs(10), "it is forgotten", || {
        (server.get(&path).status == 404).then_some(())
    });
}

#[test]
fn a_run_that_nobody_comes_back_for_is_ended_after_the_grace() {
    with_each_setup(&["--reconnect-grace", "500ms"], |server| {
        let mark = crate::harness::marker("unfollowed");
        let code = format!("{}import time; time.sleep(60)", processes::named(&mark));
        let request = json!({"code": code, "limits": {"wall_ms": 60_000}});
        let socket = server.socket("python", &request);
        processes::wait_for_marked(&mark);
        socket.lose();
        let left = processes::left_after(Duration::from_secs(5), &processes::marked(&mark));
        assert!(left.is_empty(), "{left:#?}");
    });
}

#[test]
fn a_client_that_says_goodbye_is_not_waited_for() {
    with_each_setup(&["--reconnect-grace", "1h"], |server| {
        let mark = crate::harness::marker("left");
        let code = format!("{}import time; time.sleep(60)", processes::named(&mark));
        let request = json!({"code": code, "limits": {"wall_ms": 60_000}});
        let socket = server.socket("python", &request);
        processes::wait_for_marked(&mark);
        socket.close(1000);
        let left = processes::left_after(Duration::from_secs(5), &processes::marked(&mark));
        assert!(left.is_empty(), "{left:#?}");
    });
}

#[test]
fn a_stop_waits_for_runs_that_are_followed_and_for_what_they_tell() {
    with_each_setup(&[], |server| {
        let code = "import time\nprint('a', flush=True)\ntime.sleep(1.5)\nprint('b')";
        let mut socket = server.socket("python", &json!({ "code": code }));
        let mut events = server.events("python", &json!({ "code": code }));
        socket.until("stdout");
        processes::signal(server.pid(), "TERM");
        let (rest, close) = socket.rest();
        assert_eq!((text_of(&rest, "stdout").as_str(), close), ("b\n", 1000));
        let mut last = events.next();
        while let Some(event) = events.next() {
            last = Some(event);
        }
        assert_eq!(last.expect("an event").name(), "result");
    });
}
