//! Every wrong request gets a problem document (RFC 9457) that says what is wrong and where, and
//! costs no runner. The table is `bad_input.jsonl`; what does not fit into it is added here.

use crate::harness::{Server, check, mismatch, read_to_end, usual};
use serde_json::{Value, json};

struct Row {
    path: String,
    media_type: String,
    body: Vec<u8>,
    status: u16,
    code: String,
    /// What the document must say besides, as in `harness::expect`.
    says: Value,
}

fn rows() -> Vec<Row> {
    let table = include_str!("bad_input.jsonl").lines().map(|line| {
        let row: Value = serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {line}"));
        let text = |name: &str, default: &str| row[name].as_str().unwrap_or(default).to_owned();
        Row {
            path: text("path", "/execute/python"),
            media_type: text("type", "application/json"),
            body: text("body", "").into_bytes(),
            status: row["status"].as_u64().expect("a status") as u16,
            code: text("code", ""),
            says: row.get("says").cloned().unwrap_or(json!({})),
        }
    });
    table.chain(file_names()).chain(too_large()).collect()
}

fn row(body: impl Into<Vec<u8>>, status: u16, code: &str, says: Value) -> Row {
    Row {
        path: "/execute/python".into(),
        media_type: "application/json".into(),
        body: body.into(),
        status,
        code: code.into(),
        says,
    }
}

fn file_names() -> Vec<Row> {
    let refused = |name: &str, says: Value| {
        let files = json!([{"name": "main.py", "content": "1"}, {"name": name, "content": "1"}]);
        let body = json!({"files": files}).to_string();
        row(body, 422, "invalid_file_name", says)
    };
    let reasons = [
        ("", "empty"),
        ("/etc/passwd", "absolute"),
        ("../x", ".."),
        ("a/../../x", ".."),
        ("a\0b", "NUL"),
        ("a\nb", "control"),
        ("a//b", "empty component"),
        ("-x", "option"),
    ];
    let one = reasons.map(|(name, reason)| {
        refused(
            name,
            json!({"field": "files[1].name", "detail": {"has": reason}}),
        )
    });
    let together = ["main.py", "main.py/x"].map(|name| refused(name, json!({"field": "files"})));
    one.into_iter().chain(together).collect()
}

fn too_large() -> Vec<Row> {
    let (kib, mib) = (1 << 10, 1 << 20);
    let code = |size: usize| json!({"code": "x".repeat(size)}).to_string();
    let stdin = |size: usize| json!({"code": "1", "stdin": "x".repeat(size)}).to_string();
    let args = |count: usize, size: usize| {
        json!({"code": "1", "args": vec!["a".repeat(size); count]}).to_string()
    };
    let field = |name: &str, limit: usize| json!({"field": name, "limit": limit});
    vec![
        row(code(mib + 1), 413, "source_too_large", field("code", mib)),
        row(
            stdin(8 * mib + 1),
            422,
            "stdin_too_large",
            field("stdin", 8 * mib),
        ),
        row(args(65, 1), 422, "too_many_args", field("args", 64)),
        row(
            args(2, 40 * kib),
            422,
            "args_too_large",
            field("args", 64 * kib),
        ),
        row(
            vec![b' '; 16 * mib + 1],
            413,
            "body_too_large",
            json!({"limit": 16 * mib}),
        ),
        row("[".repeat(100_000), 422, "invalid_field", json!({})),
        row(
            b"{\"code\": \"\xff\"}".to_vec(),
            400,
            "invalid_utf8",
            json!({"detail": {"has": "byte 10"}}),
        ),
        Row {
            media_type: "text/plain".into(),
            ..row(b"\xff".to_vec(), 400, "invalid_utf8", json!({}))
        },
    ]
}

#[test]
fn every_wrong_request_is_told_what_is_wrong() {
    let server = Server::with(usual(), &["--min-idle", "1"]);
    let instance = server.get("/livez").json()["instance"].take();
    let claimed = || server.pool("python")["claimed_total"].clone();
    let before = claimed();
    let wrong: Vec<_> = rows()
        .iter()
        .filter_map(|row| {
            let body = String::from_utf8_lossy(&row.body);
            let what = format!("{} {} {body:.120}", row.path, row.media_type);
            let headers = [
                ("content-type", row.media_type.as_str()),
                ("x-request-id", "bad-input"),
            ];
            let reply = server.post(&row.path, &headers, &row.body);
            assert_eq!(reply.header("x-request-id"), "bad-input", "{what}");
            assert_eq!(reply.header("x-warmbox-instance"), instance, "{what}");
            if (reply.status, reply.header("content-type"))
                != (row.status, "application/problem+json")
            {
                return Some(format!("{what}: {} {:.300}", reply.status, reply.text));
            }
            let expected = json!({
                "status": row.status, "code": row.code, "request_id": "bad-input",
                "type": {"has": row.code}, "title": {"has": ""}, "detail": {"has": ""},
            });
            let problem = reply.json();
            let difference =
                mismatch(&problem, &expected).or_else(|| mismatch(&problem, &row.says));
            difference.map(|difference| format!("{what}: {difference}"))
        })
        .collect();
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert_eq!(claimed(), before, "none of them cost a runner");
    let answer = server.execute("python", &json!({"code": "print(1)"}));
    check("it still works", &answer, &json!({"stdout": "1\n"}));
}

#[test]
fn wrong_http_is_told_as_well() {
    let server = Server::shared(usual());
    let headers = [
        ("content-type", "application/json"),
        ("content-encoding", "gzip"),
    ];
    let reply = server.post("/execute/python", &headers, b"x");
    let expected = json!({"status": 415, "detail": {"has": "content-encoding"}});
    check("compressed", &reply.json(), &expected);
    let reply = server.get("/execute/python");
    let expected = json!({"status": 405, "code": "method_not_allowed"});
    check("GET", &reply.json(), &expected);
    assert_eq!(reply.header("allow"), "POST");

    let head = "POST /execute/python HTTP/1.1\r\nhost: x\r\nconnection: close\r\n";
    for (rest, status, word) in [
        (
            "content-length: 1\r\n\r\n1",
            "415",
            "content-type is missing",
        ),
        (
            "content-type: application/json\r\ncontent-length: 99999999999\r\n\r\n",
            "413",
            "body_too_large",
        ),
    ] {
        let answer = read_to_end(server.send(&format!("{head}{rest}")));
        let told = answer.starts_with(&format!("HTTP/1.1 {status} ")) && answer.contains(word);
        assert!(told, "{rest:?}: {answer}");
    }
}
