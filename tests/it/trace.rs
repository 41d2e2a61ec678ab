//! Who answered, and the path of a request through every log line from HTTP to the supervisor.

use crate::harness::{Options, Server, check, usual, wait_for};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn every_response_says_who_answered_what() {
    let server = Server::shared(usual());
    let livez = server.get("/livez").json();
    check(
        "livez",
        &livez,
        &json!({"pid": server.pid(), "version": env!("CARGO_PKG_VERSION")}),
    );
    let instance = livez["instance"].as_str().expect("an instance");
    let mut ids = Vec::new();
    for path in [
        "/livez",
        "/readyz",
        "/health",
        "/languages",
        "/pool/stats",
        "/nothing",
    ] {
        let reply = server.get(path);
        assert_eq!(reply.header("x-warmbox-instance"), instance, "{path}");
        assert_eq!(
            reply.header("server"),
            concat!("warmbox/", env!("CARGO_PKG_VERSION")),
            "{path}"
        );
        ids.push(reply.header("x-request-id").to_owned());
    }
    ids.sort();
    ids.dedup();
    assert!(
        ids.len() == 6 && ids.iter().all(|id| id.len() == 36),
        "made and different: {ids:?}"
    );

    let body = json!({"code": "print(1)"}).to_string();
    for (sent, echoed) in [
        ("my-id.1/ü", false),
        ("my-id.1", true),
        ("a b", false),
        (&"x".repeat(129), false),
    ] {
        let headers = [("content-type", "application/json"), ("x-request-id", sent)];
        let reply = server.post("/execute/python", &headers, body.as_bytes());
        assert_eq!(reply.header("x-request-id") == sent, echoed, "{sent:?}");
        assert!(!reply.header("x-request-id").is_empty());
        check(
            "the answer",
            &reply.json(),
            &json!({"instance": instance, "version": env!("CARGO_PKG_VERSION")}),
        );
    }
}

#[test]
fn every_log_line_of_a_request_carries_its_identity() {
    let args = ["--log-format", "json", "--log-filter", "debug"];
    let server = Server::start(&Options::new(usual(), &args));
    let instance = server.get("/livez").json()["instance"]
        .as_str()
        .expect("an instance")
        .to_owned();
    for (language, code) in [("python", "print(1)"), ("cpp", "int main() { return 4; }")] {
        let id = format!("trace-{language}");
        let headers = [
            ("content-type", "application/json"),
            ("x-request-id", id.as_str()),
        ];
        let body = json!({"code": code, "stdin": "secret-stdin"}).to_string();
        let run = server
            .post(&format!("/execute/{language}"), &headers, body.as_bytes())
            .json();
        let run = run["run_id"].as_str().expect("a run id").to_owned();

        let finished = |line: &&String| line.contains(&id) && line.contains("request finished");
        let lines = wait_for(Duration::from_secs(5), "the request's last line", || {
            let lines: Vec<String> = server.log().lines().map(str::to_owned).collect();
            lines.iter().find(finished).is_some().then_some(lines)
        });
        for line in &lines {
            assert!(
                serde_json::from_str::<Value>(line).is_ok(),
                "not JSON: {line}"
            );
            // at this level, too: a log is no place for what users send
            assert!(
                !line.contains("secret-stdin") && !line.contains("int main"),
                "{line}"
            );
        }
        let of_run: Vec<_> = lines
            .iter()
            .filter(|line| line.contains(&run) || line.contains(&id))
            .collect();
        for line in &of_run {
            for part in [id.as_str(), instance.as_str(), env!("CARGO_PKG_VERSION")] {
                assert!(line.contains(part), "{part} is not in {line}");
            }
        }
        for text in [
            "request accepted",
            "program started",
            "program ended",
            "request finished",
        ] {
            assert!(
                of_run.iter().any(|line| line.contains(text)),
                "no {text:?} in {of_run:#?}"
            );
        }
    }
}

/// At the usual level, a request is one line, and a run one line of the audit.
#[test]
fn a_request_is_one_line_at_the_usual_level() {
    let server = Server::start(&Options::new(usual(), &["--log-format", "json"]));
    let headers = [
        ("content-type", "text/plain"),
        ("x-request-id", "only-line"),
    ];
    server.post("/execute/python", &headers, b"print(1)");
    let found = wait_for(Duration::from_secs(5), "the line", || {
        let log = server.log();
        let lines: Vec<_> = log
            .lines()
            .filter(|l| l.contains("only-line"))
            .map(str::to_owned)
            .collect();
        (lines.len() > 1).then_some(lines)
    });
    assert_eq!(found.len(), 2, "{found:#?}");
    let (audit, access) = (&found[0], &found[1]);
    assert!(
        audit.contains("warmbox::audit") && audit.contains("code_sha256"),
        "{audit}"
    );
    assert!(
        access.contains("200") && access.contains("duration_ms"),
        "{access}"
    );
}
