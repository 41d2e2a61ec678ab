//! Every wrong request gets a problem document (RFC 9457) that says what is wrong and where, and
//! costs no runner.

use crate::harness::{Identity, Server, check, read_to_end};
use serde_json::{Value, json};

const JSON: &str = "application/json";

struct Row {
    path: &'static str,
    media_type: &'static str,
    body: Vec<u8>,
    status: u16,
    code: &'static str,
    /// What the document must say besides.
    says: Value,
}

fn row(body: impl Into<Vec<u8>>, status: u16, code: &'static str, says: Value) -> Row {
    Row {
        path: "/execute/python",
        media_type: JSON,
        body: body.into(),
        status,
        code,
        says,
    }
}

fn field(name: &str) -> Value {
    json!({"field": name})
}

fn named(name: &str) -> String {
    json!({"files": [{"name": "main.py", "content": "1"}, {"name": name, "content": "1"}]})
        .to_string()
}

fn rows() -> Vec<Row> {
    let limit = |name: &str, value: &str| {
        format!("{{\"code\": \"1\", \"limits\": {{\"{name}\": {value}}}}}")
    };
    let detail = |parts: &[&str]| json!({"detail": {"has": parts}});
    let mut rows = vec![
        row("{\"code\": ", 400, "malformed_json", detail(&["line 1"])),
        row("", 400, "malformed_json", json!({})),
        row("{\"code\": \"1\"} x", 400, "malformed_json", json!({})),
        row("[".repeat(100_000), 422, "invalid_field", json!({})),
        row(
            b"{\"code\": \"\xff\"}".to_vec(),
            400,
            "invalid_utf8",
            detail(&["byte 10"]),
        ),
        row("[]", 422, "invalid_field", json!({})),
        row("[\"print(1)\"]", 422, "invalid_field", json!({})),
        row("\"print(1)\"", 422, "invalid_field", json!({})),
        row("null", 422, "invalid_field", json!({})),
        row("{\"code\": 1}", 422, "invalid_field", field("code")),
        row(
            "{\"code\": \"1\", \"code\": \"2\"}",
            422,
            "invalid_field",
            json!({}),
        ),
        row(
            "{\"code\": \"1\", \"image\": \"x\"}",
            422,
            "unknown_field",
            field("image"),
        ),
        row(
            "{\"code\": \"1\", \"enable_network\": true}",
            422,
            "unknown_field",
            field("enable_network"),
        ),
        row(
            "{\"code\": \"1\", \"privileged\": true}",
            422,
            "unknown_field",
            field("privileged"),
        ),
        row(
            "{\"files\": [{\"name\": \"a\", \"content\": \"1\", \"mode\": 1}]}",
            422,
            "unknown_field",
            field("files[0].mode"),
        ),
        row(
            limit("memory", "1"),
            422,
            "unknown_field",
            field("limits.memory"),
        ),
        row(
            limit("wall_ms", "60001"),
            422,
            "limit_above_ceiling",
            json!({"field": "limits.wall_ms", "ceiling": 60000, "detail": {"has": "60000"}}),
        ),
        row(
            limit("memory_bytes", "1073741825"),
            422,
            "limit_above_ceiling",
            json!({"field": "limits.memory_bytes", "ceiling": 1 << 30}),
        ),
        row(
            limit("cpu_ms", "18446744073709551615"),
            422,
            "limit_above_ceiling",
            json!({"ceiling": 30000}),
        ),
        row(
            limit("processes", "0"),
            422,
            "limit_zero",
            field("limits.processes"),
        ),
        row(
            limit("wall_ms", "-1"),
            422,
            "invalid_field",
            field("limits.wall_ms"),
        ),
        row(
            limit("wall_ms", "1.5"),
            422,
            "invalid_field",
            field("limits.wall_ms"),
        ),
        row(limit("wall_ms", "1e400"), 400, "malformed_json", json!({})),
        row(
            limit("wall_ms", "18446744073709551616"),
            422,
            "invalid_field",
            field("limits.wall_ms"),
        ),
        row(
            limit("wall_ms", "\"1\""),
            422,
            "invalid_field",
            field("limits.wall_ms"),
        ),
        row(limit("wall_ms", "NaN"), 400, "malformed_json", json!({})),
        row("{}", 422, "empty_code", field("code")),
        row("{\"code\": \"\"}", 422, "empty_code", field("code")),
        row("{\"code\": \" \\n\\t\"}", 422, "empty_code", field("code")),
        row("{\"files\": []}", 422, "empty_code", field("files")),
        row(
            "{\"code\": \"1\", \"files\": []}",
            422,
            "code_and_files",
            field("files"),
        ),
        row(
            "{\"code\": \"1\", \"stdin\": \"\", \"input\": \"\"}",
            422,
            "stdin_and_input",
            field("input"),
        ),
        row(
            "{\"code\": \"1\", \"std\": \"c++20\"}",
            422,
            "std_not_supported",
            field("std"),
        ),
        row(
            "{\"code\": \"1\", \"args\": [\"a\\u0000\"]}",
            422,
            "invalid_argument",
            field("args[0]"),
        ),
        row(
            json!({"code": "1", "args": vec!["a"; 65]}).to_string(),
            422,
            "too_many_args",
            json!({"field": "args", "limit": 64}),
        ),
        row(
            "{\"files\": [{\"name\": \"a.py\", \"content\": \"!\", \"encoding\": \"base64\"}]}",
            422,
            "invalid_base64",
            field("files[0].content"),
        ),
        row(
            "{\"files\": [{\"name\": \"a.py\", \"content\": \"1\", \"encoding\": \"rot13\"}]}",
            422,
            "invalid_field",
            json!({"detail": {"has": "encoding"}}),
        ),
        row(
            json!({"code": "x".repeat((1 << 20) + 1)}).to_string(),
            413,
            "source_too_large",
            json!({"field": "code", "limit": 1 << 20}),
        ),
        row(
            json!({"code": "1", "stdin": "x".repeat((8 << 20) + 1)}).to_string(),
            422,
            "stdin_too_large",
            json!({"field": "stdin", "limit": 8 << 20}),
        ),
        row(
            vec![b' '; (16 << 20) + 1],
            413,
            "body_too_large",
            json!({"limit": 16 << 20}),
        ),
        Row {
            path: "/execute/cpp",
            ..row(
                "{\"code\": \"1\", \"std\": \"c++98\"}",
                422,
                "unknown_std",
                json!({"field": "std", "detail": {"has": ["c++11", "gnu++23"]}}),
            )
        },
        Row {
            path: "/execute/cpp",
            ..row(
                "{\"files\": [{\"name\": \"a.h\", \"content\": \"1\"}]}",
                422,
                "no_source_file",
                field("files"),
            )
        },
        Row {
            path: "/execute/cpp",
            ..row(
                "{\"files\": [{\"name\": \"main\", \"content\": \"1\"}]}",
                422,
                "invalid_file_name",
                field("files[0].name"),
            )
        },
        Row {
            path: "/execute/cobol",
            ..row(
                "{\"code\": \"1\"}",
                404,
                "unknown_language",
                json!({"known": ["cpp", "python"]}),
            )
        },
        Row {
            path: "/execute/..%2fcpp",
            ..row(
                "{\"code\": \"1\"}",
                404,
                "unknown_language",
                json!({"known": ["cpp", "python"]}),
            )
        },
        Row {
            path: "/execute",
            ..row("{}", 404, "unknown_route", json!({}))
        },
        Row {
            path: "/livez",
            ..row("{}", 405, "method_not_allowed", json!({}))
        },
        Row {
            media_type: "text/html",
            ..row(
                "1",
                415,
                "unsupported_media_type",
                json!({"accepted": ["application/json", "text/plain"]}),
            )
        },
        Row {
            media_type: "text/plain; charset=latin1",
            ..row("1", 415, "unsupported_media_type", detail(&["UTF-8"]))
        },
        Row {
            media_type: "text/plain",
            ..row(" ", 422, "empty_code", field("code"))
        },
        Row {
            media_type: "text/plain",
            ..row(b"\xff".to_vec(), 400, "invalid_utf8", json!({}))
        },
    ];
    for (name, reason) in [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("../x", ".."),
        ("a/../../x", ".."),
        ("a\0b", "NUL"),
        ("a\nb", "control"),
        ("a//b", "empty component"),
        ("-x", "option"),
    ] {
        let says = json!({"field": "files[1].name", "detail": {"has": reason}});
        rows.push(row(named(name), 422, "invalid_file_name", says));
    }
    for name in ["main.py", "main.py/x"] {
        rows.push(row(named(name), 422, "invalid_file_name", field("files")));
    }
    rows
}

#[test]
fn every_wrong_request_is_told_what_is_wrong() {
    let server = Server::shared(Identity::Own);
    let instance = server.get("/livez").json()["instance"].take();
    for row in rows() {
        let body = String::from_utf8_lossy(&row.body);
        let what = format!("{} {} {body:.120}", row.path, row.media_type);
        let headers = [
            ("content-type", row.media_type),
            ("x-request-id", "bad-input"),
        ];
        let reply = server.post(row.path, &headers, &row.body);
        assert_eq!(reply.status, row.status, "{what}: {}", reply.text);
        assert_eq!(
            reply.header("content-type"),
            "application/problem+json",
            "{what}"
        );
        assert_eq!(reply.header("x-request-id"), "bad-input", "{what}");
        assert_eq!(reply.header("x-warmbox-instance"), instance, "{what}");
        let problem = reply.json();
        let expected = json!({
            "status": row.status, "code": row.code, "request_id": "bad-input",
            "type": {"has": row.code}, "title": {"has": ""}, "detail": {"has": ""},
        });
        check(&what, &problem, &expected);
        check(&what, &problem, &row.says);
    }
}

#[test]
fn wrong_http_is_told_as_well() {
    let server = Server::shared(Identity::Own);
    let compressed = [("content-type", JSON), ("content-encoding", "gzip")];
    let reply = server.post("/execute/python", &compressed, b"x");
    check(
        "compressed",
        &reply.json(),
        &json!({"status": 415, "detail": {"has": "content-encoding"}}),
    );
    let reply = server.get("/execute/python");
    check(
        "GET",
        &reply.json(),
        &json!({"status": 405, "code": "method_not_allowed"}),
    );
    assert_eq!(reply.header("allow"), "POST");

    use std::io::Write;
    let raw = |text: &str| {
        let mut stream =
            std::net::TcpStream::connect(("127.0.0.1", server.port)).expect("it listens");
        stream.write_all(text.as_bytes()).expect("it is sent");
        read_to_end(stream)
    };
    let answer = raw(
        "POST /execute/python HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-length: 1\r\n\r\n1",
    );
    assert!(
        answer.starts_with("HTTP/1.1 415 ") && answer.contains("content-type is missing"),
        "{answer}"
    );
    let huge = "POST /execute/python HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n\
        content-length: 99999999999\r\n\r\n";
    let answer = raw(huge);
    assert!(
        answer.starts_with("HTTP/1.1 413 ") && answer.contains("body_too_large"),
        "{answer}"
    );
}

#[test]
fn wrong_requests_cost_no_runner() {
    let server = Server::with(Identity::Own, &["--min-idle", "1", "--max-runners", "1"]);
    let before = server.pool("python")["claimed_total"].clone();
    for row in rows() {
        if row.body.len() < 1000 {
            server.post(row.path, &[("content-type", row.media_type)], &row.body);
        }
    }
    assert_eq!(server.pool("python")["claimed_total"], before);
    check(
        "it still works",
        &server.execute("python", &json!({"code": "print(1)"})),
        &json!({"stdout": "1\n"}),
    );
}
