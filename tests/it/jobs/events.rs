//! What a job does is told while it does it.

use super::Shelf;
use crate::harness::text_of;
use serde_json::json;

const COUNTS: &str =
    "import time\nfor n in range(5):\n    print(n, flush=True)\n    time.sleep(0.2)";

#[test]
fn a_job_tells_what_it_does_from_the_queue_to_its_end() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let id = server.job(&json!({"language": "python", "code": COUNTS}));
    let events = server.job_events(&id, "").rest();
    assert_eq!(text_of(&events, "stdout"), "0\n1\n2\n3\n4\n");
    let names: Vec<_> = events.iter().map(|event| event.name()).collect();
    assert_eq!(names.last(), Some(&"job"));
    assert!(names.contains(&"result"), "{names:?}");
    let last = &events.last().expect("an event").json["job"];
    assert_eq!(
        (&last["status"], &last["attempts"]),
        (&json!("done"), &json!(1))
    );
    let written: Vec<_> = events.iter().filter(|it| it.name() == "stdout").collect();
    assert!(
        (written[4].at - written[0].at).as_millis() > 500,
        "they come as they are written"
    );
    // Whoever comes later is told the same, and whoever has seen all of it only how it ended.
    let again = server.job_events(&id, "").rest();
    assert_eq!(text_of(&again, "stdout"), "0\n1\n2\n3\n4\n");
    let seen = events
        .iter()
        .rev()
        .find(|event| !event.id.is_empty())
        .expect("an id");
    let rest = server.job_events(&id, &seen.id).rest();
    let names: Vec<_> = rest.iter().map(|event| event.name()).collect();
    assert_eq!(names, ["job"]);
}

#[test]
fn whoever_lost_the_connection_goes_on_where_he_was() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let id = server.job(&json!({"language": "python", "code": COUNTS}));
    let mut events = server.job_events(&id, "");
    let mut seen = Vec::new();
    while text_of(&seen, "stdout") != "0\n1\n" {
        seen.push(events.next().expect("an event"));
    }
    drop(events);
    let last = seen.last().expect("an event").id.clone();
    seen.extend(server.job_events(&id, &last).rest());
    assert_eq!(text_of(&seen, "stdout"), "0\n1\n2\n3\n4\n");
}

#[test]
fn a_job_that_is_cancelled_or_unknown_tells_so() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let code = "import time\nprint('x', flush=True)\ntime.sleep(30)";
    let id = server.job(&json!({"language": "python", "code": code}));
    let mut events = server.job_events(&id, "");
    loop {
        if events.next().expect("an event").name() == "stdout" {
            break;
        }
    }
    assert_eq!(server.delete(&id).status, 200);
    let rest = events.rest();
    assert_eq!(
        rest.last().expect("an event").json["job"]["status"],
        "cancelled"
    );
    let unknown = server.get("/jobs/01a20000-0000-7000-8000-000000000000/events");
    assert_eq!(
        (unknown.status, &unknown.json()["code"]),
        (404, &json!("unknown_job"))
    );
    let wrong = server.get_with(&format!("/jobs/{id}/events"), &[("last-event-id", "x")]);
    assert_eq!(
        (wrong.status, &wrong.json()["code"]),
        (400, &json!("invalid_event_id"))
    );
}

#[test]
fn a_job_is_the_same_whether_somebody_looks_or_not() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let id = server.job(&json!({
        "language": "python", "code": "for n in range(10_000): print(n)",
        "limits": {"output_bytes": 1000},
    }));
    let job = server.get(&format!("/jobs/{id}?wait_ms=20000")).json();
    let asked =
        json!({"code": "for n in range(10_000): print(n)", "limits": {"output_bytes": 1000}});
    let answer = server.execute("python", &asked);
    assert_eq!(job["result"]["stdout"], answer["stdout"], "head and tail");
    assert!(answer["stdout"].as_str().expect("text").ends_with("9999\n"));
}
