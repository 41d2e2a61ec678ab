//! The figures: every one that a dashboard or an alert asks for is there, and true.

use super::silence::figure;
use crate::harness::{Server, usual};
use serde_json::json;
use std::collections::BTreeSet;
use std::path::Path;

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
