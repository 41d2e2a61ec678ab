//! Server-sent events.

use crate::harness::{Server, check, on_each_setup, setups, text_of};
use serde_json::json;
use std::time::Duration;

#[test]
fn what_a_program_writes_comes_while_it_runs() {
    on_each_setup(|server| {
        let code = "import time\nfor n in range(3):\n    print(n, flush=True)\n    time.sleep(0.4)";
        let events = server.events("python", &json!({ "code": code }));
        assert!(events.head.contains("200 OK"), "{}", events.head);
        assert!(events.head.contains("text/event-stream"), "{}", events.head);
        let events = events.rest();
        let names: Vec<_> = events.iter().map(|event| event.name()).collect();
        assert_eq!(
            names
                .iter()
                .filter(|name| **name != "usage")
                .collect::<Vec<_>>(),
            ["queued", "started", "stdout", "stdout", "stdout", "result"]
                .iter()
                .collect::<Vec<_>>()
        );
        let numbers: Vec<_> = events.iter().map(|event| event.seq()).collect();
        assert_eq!(numbers, (1..=events.len() as u64).collect::<Vec<_>>());
        let written: Vec<_> = events.iter().filter(|it| it.name() == "stdout").collect();
        assert!(written[2].at - written[0].at > Duration::from_millis(600));
        let result = &events.last().expect("a result").json["result"];
        check(
            "the result",
            result,
            &json!({"status": "ok", "stdout_bytes": 6, "exit_code": 0}),
        );
        assert_eq!(result["run_id"], events[0].json["run_id"]);
    });
}

#[test]
fn a_compiled_program_tells_of_its_compiler_first() {
    let server = Server::with(setups()[0], &[]);
    let code =
        "#include <iostream>\nint main() { std::cerr << \"a\"; std::cout << \"b\"; return 3; }";
    let events = server.events("cpp", &json!({ "code": code })).rest();
    let names: Vec<_> = events.iter().map(|event| event.name()).collect();
    assert_eq!(
        names,
        ["queued", "compile", "started", "stderr", "stdout", "result"]
    );
    assert_eq!(events[1].json["compile"]["status"], "ok");
    check(
        "the result",
        &events[5].json["result"],
        &json!({"status": "runtime_error", "exit_code": 3, "stdout_bytes": 1}),
    );
    let events = server
        .events("cpp", &json!({"code": "int main() {"}))
        .rest();
    let names: Vec<_> = events.iter().map(|event| event.name()).collect();
    assert_eq!(names, ["queued", "compile", "result"]);
    assert_eq!(events[2].json["result"]["status"], "compile_error");
}

#[test]
fn characters_are_never_cut_and_pictures_come_too() {
    let server = Server::with(setups()[0], &[]);
    let code = "import sys, time\nfor byte in 'aé€😀'.encode():\n    sys.stdout.buffer.write(bytes([byte]))\n    \
                sys.stdout.flush()\n    time.sleep(0.01)\nsys.stdout.buffer.write(b'\\xff\\xc3')\n\
                open('dot.png', 'wb').write(b'\\x89PNG\\r\\n\\x1a\\n')";
    let events = server.events("python", &json!({ "code": code })).rest();
    assert_eq!(text_of(&events, "stdout"), "aé€😀\u{FFFD}\u{FFFD}");
    let pictures: Vec<_> = events
        .iter()
        .filter(|event| event.name() == "image")
        .collect();
    assert_eq!(pictures.len(), 1);
    let result = &events.last().expect("a result").json["result"];
    assert_eq!(result["encoding"], "utf-8-lossy");
    // What has come is not sent again.
    for field in ["stdout", "stderr", "output", "images"] {
        assert!(result.get(field).is_none(), "{field}");
    }
}

#[test]
fn of_a_flood_the_beginning_comes_and_what_is_missing_is_told() {
    on_each_setup(|server| {
        let request = json!({
            "code": "import sys\nfor n in range(200_000): print(n)",
            "limits": {"output_bytes": 5000},
        });
        let events = server.events("python", &request).rest();
        let text = text_of(&events, "stdout");
        assert_eq!(text.len(), 5000);
        assert!(text.starts_with("0\n1\n2\n"));
        let result = &events.last().expect("a result").json["result"];
        check(
            "the result",
            result,
            &json!({"status": "ok", "truncated": true}),
        );
    });
}

#[test]
fn a_run_tells_what_it_uses_while_it_goes_on() {
    let server = Server::with(setups()[0], &[]);
    let code = "import time\nend = time.time() + 2.3\nwhile time.time() < end: pass";
    let events = server.events("python", &json!({ "code": code })).rest();
    let usages: Vec<_> = events
        .iter()
        .filter(|event| event.name() == "usage")
        .collect();
    assert!((1..=3).contains(&usages.len()), "{usages:#?}");
    let cpu = |at: usize| {
        usages[at].json["usage"]["cpu_ms"]
            .as_f64()
            .expect("a number")
    };
    assert!(cpu(0) > 100.0);
}

#[test]
fn whoever_asks_for_events_is_refused_like_everybody() {
    let server = Server::with(setups()[0], &[]);
    let accept = ("accept", "text/event-stream");
    let kind = ("content-type", "application/json");
    let reply = server.post("/execute/python", &[accept, kind], b"{\"code\": \"\"}");
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (422, &json!("empty_code"))
    );
    let again = ("idempotency-key", "one");
    let reply = server.post(
        "/execute/python",
        &[accept, kind, again],
        b"{\"code\": \"1\"}",
    );
    let code = json!("idempotency_not_for_events");
    assert_eq!((reply.status, &reply.json()["code"]), (400, &code));
    let reply = server.get("/runs/no-such-run/events");
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (404, &json!("unknown_run"))
    );
}
