//! The description that a server gives of itself is what it does, and the page that shows it is whole by itself.

use crate::harness::{Server, setups};
use crate::jobs::Shelf;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

fn description(server: &Server) -> Value {
    let reply = server.get("/openapi.json");
    assert_eq!(reply.header("content-type"), "application/json");
    reply.json()
}

/// What a value is made of; `null` fits everything.
fn same_shape(place: &str, told: &Value, answered: &Value) {
    match (told, answered) {
        (Value::Object(told), Value::Object(answered)) => {
            let names =
                |fields: &Map<String, Value>| fields.keys().cloned().collect::<BTreeSet<_>>();
            assert_eq!(names(told), names(answered), "{place}");
            for (name, value) in told {
                same_shape(&format!("{place}.{name}"), value, &answered[name]);
            }
        }
        (Value::Array(told), Value::Array(answered)) => {
            for (told, answered) in told.iter().zip(answered) {
                same_shape(place, told, answered);
            }
        }
        (Value::Null, _) | (_, Value::Null) => {}
        (told, answered) => {
            let kind = |value: &Value| (value.is_string(), value.is_number(), value.is_boolean());
            assert_eq!(kind(told), kind(answered), "{place}: {told} and {answered}");
        }
    }
}

#[test]
fn every_example_of_a_request_is_answered_as_the_example_says() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let paths = description(&server)["paths"].take();
    let mut sent = 0;
    for (path, status) in [("/execute/{language}", "200"), ("/jobs", "202")] {
        let operation = &paths[path]["post"];
        let requests = &operation["requestBody"]["content"]["application/json"]["examples"];
        let answers = &operation["responses"][status]["content"]["application/json"]["examples"];
        for (name, request) in requests.as_object().expect("examples") {
            let reply = server.post_json(
                &format!("/v1{}", path.replace("{language}", "python")),
                &request["value"],
            );
            assert_eq!(reply.status.to_string(), status, "{name}: {}", reply.text);
            let (told, answered) = (&answers[name]["value"], reply.json());
            same_shape(name, told, &answered);
            for field in ["status", "stdout", "verdict", "language", "limit"] {
                assert_eq!(told.get(field), answered.get(field), "{name}: {field}");
            }
            sent += 1;
        }
    }
    assert_eq!(sent, 5);
    for path in [
        "/languages",
        "/pool/stats",
        "/health",
        "/livez",
        "/readyz",
        "/metrics/memory",
    ] {
        let told =
            &paths[path]["get"]["responses"]["200"]["content"]["application/json"]["examples"];
        let (name, told) = told
            .as_object()
            .expect("examples")
            .iter()
            .next()
            .expect("one");
        let told = &told["value"];
        if path != "/pool/stats" && path != "/metrics/memory" {
            same_shape(name, told, &server.get(path).json());
        } else {
            // Languages are names of fields there: this server has others.
            let ours = server.get(path).json();
            same_shape(name, &told["cache"], &ours["cache"]);
            same_shape(
                name,
                &told["languages"]["python"],
                &ours["languages"]["python"],
            );
        }
    }
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let server = Server::with(setups()[0], &[]);
    let page = server.get("/docs/");
    assert_eq!(
        (page.status, page.header("content-type")),
        (200, "text/html")
    );
    let policy = page.header("content-security-policy");
    assert!(
        policy.contains("default-src 'none'") && !policy.contains("http"),
        "{policy}"
    );
    let named: Vec<_> = (page.text.split(['"', '\'']))
        .filter(|word| {
            [".js", ".css", ".png"]
                .iter()
                .any(|ending| word.ends_with(ending))
        })
        .collect();
    assert!(named.len() >= 5, "{named:?}");
    for name in named {
        let name = name.trim_start_matches("./");
        assert!(!name.contains("//"), "{name}");
        // As bytes: pictures are among them.
        assert_eq!(
            server
                .ask("HEAD", &format!("/docs/{name}"), &[], b"")
                .expect("it answers")
                .status,
            200,
            "{name}"
        );
    }
    let settings = server.get("/docs/swagger-initializer.js").text;
    assert!(
        settings.contains("\"/openapi.json\"") && settings.contains("\"validatorUrl\": \"none\""),
        "{settings}"
    );
    assert!(!settings.contains("http"), "{settings}");
    let lost = server.get("/docs/nothing.js");
    assert_eq!(
        (lost.status, &lost.json()["code"]),
        (404, &json!("unknown_route"))
    );
}
