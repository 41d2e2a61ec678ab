//! The figures: every one that a dashboard or an alert asks for is there, and true.

use super::silence::figure;
use crate::harness::{Server, usual, wait_for};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;
use std::time::Duration;

/// All names of figures in a text.
fn names(text: &str) -> BTreeSet<String> {
    let words = text.split(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_'));
    let figures = words.filter(|word| {
        word.starts_with("warmbox_") || (word.starts_with("process_") && word.len() > 12)
    });
    figures.map(str::to_owned).collect()
}

#[test]
fn every_figure_that_is_asked_for_is_there() {
    let server = Server::with(usual(), &["--languages", "python,cpp"]);
    // What is counted only once it has happened, happens.
    let long = json!({"code": "print('x' * 100000)", "limits": {"output_bytes": 1000}});
    assert_eq!(server.execute("python", &long)["truncated"], true);
    let hello = "#include <cstdio>\nint main() { puts(\"hello\"); }";
    assert_eq!(
        server.execute("cpp", &json!({"code": hello}))["stdout"],
        "hello\n"
    );
    assert_eq!(
        server
            .post_json("/execute/cobol", &json!({"code": "x"}))
            .status,
        404
    );
    let judged = json!({"code": "print(1)", "tests": [{"expected_output": "1"}]});
    assert_eq!(server.execute("python", &judged)["verdict"], "accepted");
    let there = names(&server.get("/metrics").text);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("deploy");
    for file in ["prometheus/alerts.yml", "grafana/warmbox.json"] {
        let text = std::fs::read_to_string(root.join(file)).expect("it is there");
        let wanted = names(&text);
        assert!(wanted.len() > 10, "{wanted:?}");
        // What has no series before its reason happens is listed here, so that it is not a misprint.
        let later = ["warmbox_runners_retired_total"];
        for name in wanted.iter().filter(|name| !later.contains(&name.as_str())) {
            assert!(
                there.contains(name),
                "{file} asks for {name}, which is not in {there:#?}"
            );
        }
    }
}

#[test]
fn figures_count_what_happened() {
    let server = Server::with(usual(), &["--languages", "python"]);
    let ran = |status: &str| {
        let text = server.get("/metrics").text;
        let name = format!("warmbox_runs_total{{language=\"python\",status=\"{status}\"}} ");
        let line = text.lines().find_map(|line| line.strip_prefix(&*name));
        line.and_then(|line| line.parse::<u64>().ok()).unwrap_or(0)
    };
    for _ in 0..3 {
        server.execute("python", &json!({"code": "print(1)"}));
    }
    server.execute("python", &json!({"code": "raise SystemExit(3)"}));
    assert_eq!((ran("ok"), ran("runtime_error")), (3, 1));
    let phase = "warmbox_phase_duration_seconds_count{language=\"python\",phase=\"run\"} ";
    assert_eq!(figure(&server, phase), 4.0);
    assert_eq!(
        figure(&server, "warmbox_service_state{state=\"running\"} "),
        1.0
    );
    assert!(figure(&server, "process_resident_memory_bytes ") > 1e6);
    assert!(figure(&server, "process_open_fds ") > 5.0);
    let memory = server.get("/metrics/memory").json();
    assert!(
        memory["server"]["resident_bytes"]
            .as_u64()
            .is_some_and(|it| it > 1 << 20),
        "{memory}"
    );
    assert_eq!(memory["runners"]["python"], 2, "{memory}");
}

#[test]
fn figures_count_what_is_followed_and_judged() {
    let server = Server::with(usual(), &["--languages", "python"]);
    let tests =
        json!([{"stdin": "1", "expected_output": "1"}, {"stdin": "2", "expected_output": "3"}]);
    let judged = json!({"code": "print(input())", "tests": tests});
    assert_eq!(server.execute("python", &judged)["verdict"], "wrong_answer");
    let tested = |verdict: &str| {
        figure(
            &server,
            &format!("warmbox_tests_total{{language=\"python\",verdict=\"{verdict}\"}} "),
        )
    };
    assert_eq!((tested("accepted"), tested("wrong_answer")), (1.0, 1.0));

    let followers = |transport: &str| {
        figure(
            &server,
            &format!("warmbox_followers{{transport=\"{transport}\"}} "),
        )
    };
    let follows = |transport: &str, again: bool| {
        let labels = format!("transport=\"{transport}\",again=\"{again}\"");
        figure(&server, &format!("warmbox_follows_total{{{labels}}} "))
    };
    let slow = json!({"code": "print(1, flush=True)\nimport time\ntime.sleep(20)"});
    let mut socket = server.socket("python", &slow);
    let run_id = socket.until("stdout")[0].json["run_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!((followers("websocket"), followers("sse")), (1.0, 0.0));
    socket.lose();
    let mut events = server.events_after(&run_id, 1);
    assert!(events.next().is_some());
    assert_eq!(followers("sse"), 1.0);
    drop(events);
    assert_eq!(
        server
            .ask("DELETE", &format!("/runs/{run_id}"), &[], b"")
            .map(|it| it.status),
        Some(202)
    );
    assert_eq!(
        (follows("websocket", false), follows("sse", true)),
        (1.0, 1.0)
    );
    assert_eq!(
        (follows("websocket", true), follows("sse", false)),
        (0.0, 0.0)
    );
    wait_for(Duration::from_secs(20), "nobody follows any more", || {
        (followers("sse") + followers("websocket") == 0.0).then_some(())
    });
}
