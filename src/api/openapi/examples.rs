//! Requests and answers as they were sent. A test of `tests/it` sends every request again and compares the
//! answer's fields.

use serde_json::{Value, json};

/// A body of an example, by its file.
macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("examples/", $name, ".json"))
    };
}

/// By operation: what is sent, if it has a body, and by what name.
const REQUESTS: [(&str, &str, &str); 6] = [
    ("execute", "hello", example!("execute.hello.request")),
    ("execute", "files", example!("execute.files.request")),
    ("execute", "tests", example!("execute.tests.request")),
    ("submitJobs", "one", example!("submitJobs.one.request")),
    ("submitJobs", "batch", example!("submitJobs.batch.request")),
    ("emergencyShutdown", "soon", r#"{"grace_ms": 5000}"#),
];

/// By operation: status, and what is answered.
const ANSWERS: [(&str, u16, &str, &str); 17] = [
    ("execute", 200, "hello", example!("execute.hello.answer")),
    ("execute", 200, "files", example!("execute.files.answer")),
    ("execute", 200, "tests", example!("execute.tests.answer")),
    ("submitJobs", 202, "one", example!("submitJobs.one.answer")),
    (
        "submitJobs",
        202,
        "batch",
        example!("submitJobs.batch.answer"),
    ),
    ("listJobs", 200, "page", example!("listJobs.answer")),
    ("getJob", 200, "done", example!("getJob.answer")),
    ("deleteJob", 200, "cancelled", example!("deleteJob.answer")),
    ("putBlob", 201, "new", example!("putBlob.answer")),
    ("putBlob", 200, "there", example!("putBlob.answer")),
    (
        "listLanguages",
        200,
        "default",
        example!("listLanguages.answer"),
    ),
    (
        "getPoolStats",
        200,
        "default",
        example!("getPoolStats.answer"),
    ),
    ("getHealth", 200, "well", example!("getHealth.answer")),
    ("getLiveness", 200, "alive", example!("getLiveness.answer")),
    (
        "getReadiness",
        200,
        "ready",
        example!("getReadiness.answer"),
    ),
    ("getMemory", 200, "default", example!("getMemory.answer")),
    (
        "emergencyShutdown",
        202,
        "soon",
        r#"{"service_state": "stopping", "grace_ms": 5000, "heard": true}"#,
    ),
];

const EVENTS: &str = "id: 1\nevent: queued\ndata: {\"seq\":1,\"event\":\"queued\",\"run_id\":\"01a204c8-7c1e-7f30-8d6a-1a0f6f2f8f11\",\"position\":0}\n\n\
    id: 2\nevent: started\ndata: {\"seq\":2,\"event\":\"started\"}\n\n\
    id: 3\nevent: stdout\ndata: {\"seq\":3,\"event\":\"stdout\",\"text\":\"42\\n\"}\n\n";

/// Problems, one of each status.
const PROBLEMS: &str = example!("problems");

/// Adds an operation's examples.
pub(super) fn add(operation: &mut Value) {
    let id = operation["operationId"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    for (_, name, text) in REQUESTS.iter().filter(|(of, ..)| *of == id) {
        let content = &mut operation["requestBody"]["content"];
        content["application/json"]["examples"][*name] = json!({"value": value(text)});
        if let Some(plain) = content.get_mut("text/plain") {
            plain["example"] = json!("print(6 * 7)");
        }
    }
    for (_, status, name, text) in ANSWERS.iter().filter(|(of, ..)| *of == id) {
        let content = &mut operation["responses"][status.to_string()]["content"];
        content["application/json"]["examples"][*name] = json!({"value": value(text)});
    }
    if let Some(events) = operation.pointer_mut("/responses/200/content/text~1event-stream") {
        events["example"] = json!(EVENTS);
    }
}

/// The problem of that status.
pub(super) fn problem(status: u16) -> Value {
    value(PROBLEMS)[status.to_string()].clone()
}

/// They are JSON, as a test shows.
fn value(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_default()
}
