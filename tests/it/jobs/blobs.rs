//! Files that are sent once and named by what is in them.

use super::{Shelf, takes};
use crate::harness::{Reply, Server, marker, processes, wait_for};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::time::Duration;

fn sha256(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn put(server: &Server, name: &str, bytes: &[u8]) -> Reply {
    let reply = server.ask("PUT", &format!("/blobs/{name}"), &[], bytes);
    reply.expect("it answers")
}

/// A program that counts what it is given.
fn counts(name: &str) -> Value {
    json!({
        "files": [{"name": "main.py", "content": "import sys\nprint(len(open('data.txt').read()), len(sys.stdin.read()))"},
                  {"name": "data.txt", "blob": name}],
        "stdin_blob": name,
    })
}

#[test]
fn test_data_is_sent_once_and_named_in_tests() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let [input, expected, data] = [&b"21\n"[..], &b"42 data\n"[..], &b"data"[..]];
    for blob in [input, expected, data] {
        assert_eq!(put(&server, &sha256(blob), blob).status, 201);
    }
    let mut request = json!({
        "code": "print(int(input()) * 2, open('data.txt').read())",
        "tests": [
            {"stdin": "1", "expected_output": "2 x", "files": [{"name": "data.txt", "content": "x"}]},
            {"stdin_blob": sha256(input), "expected_output_blob": sha256(expected),
             "files": [{"name": "data.txt", "blob": sha256(data)}]},
        ],
    });
    let answer = server.execute("python", &request);
    assert_eq!(answer["verdict"], "accepted", "{answer:#}");
    // A job is judged as well.
    request["language"] = "python".into();
    let id = server.job(&request);
    let result = server.ended(&id)["result"].take();
    assert_eq!(
        (&result["verdict"], &result["totals"]["accepted"]),
        (&json!("accepted"), &json!(2))
    );
    for (field, wrong) in [
        ("stdin_blob", sha256(b"another")),
        ("expected_output_blob", "x".to_owned()),
    ] {
        let mut request = request.clone();
        request["tests"][1][field] = wrong.into();
        let problem = server.submit(&request).json();
        assert_eq!(problem["field"], format!("tests[1].{field}"), "{problem:#}");
    }
}

#[test]
fn what_a_program_makes_is_kept_as_blobs_for_those_who_ask() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let mut request = json!({
        "code": "open('a.csv', 'w').write('1,2')\nopen('raw.bin', 'wb').write(b'\\xff\\x00')",
        "outputs": ["*"], "outputs_as": "blob",
    });
    let kept = |answer: &Value| {
        for (place, (name, bytes)) in [("a.csv", &b"1,2"[..]), ("raw.bin", b"\xff\x00")]
            .into_iter()
            .enumerate()
        {
            let expected = json!({"name": name, "content": null, "encoding": null, "blob": sha256(bytes), "bytes": bytes.len()});
            assert_eq!(answer["files"][place], expected);
            let head = server
                .ask("HEAD", &format!("/blobs/{}", sha256(bytes)), &[], b"")
                .expect("it answers");
            assert_eq!(head.header("content-length"), bytes.len().to_string());
        }
    };
    kept(&server.execute("python", &request));
    assert_eq!(
        server.get(&format!("/blobs/{}", sha256(b"1,2"))).text,
        "1,2"
    );
    let events = server.events("python", &request).rest();
    kept(&events.last().expect("a result").json["result"]);
    // The next program reads it by its name.
    let next = json!({"files": [{"name": "main.py", "content": "print(open('a.csv').read())"}, {"name": "a.csv", "blob": sha256(b"1,2")}]});
    assert_eq!(server.execute("python", &next)["stdout"], "1,2\n");
    request["language"] = "python".into();
    kept(&server.ended(&server.job(&request))["result"]);
}

#[test]
fn a_blob_is_sent_once_and_used_by_requests_and_jobs() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let data = vec![b'7'; 3 << 20];
    let name = sha256(&data);
    assert_eq!(put(&server, &name, &data).status, 201);
    let again = put(&server, &name, &data);
    assert_eq!(
        (again.status, again.json()),
        (200, json!({"sha256": name, "bytes": data.len()}))
    );
    let head = server
        .ask("HEAD", &format!("/blobs/{name}"), &[], b"")
        .expect("it answers");
    assert_eq!(
        (head.status, head.header("content-length")),
        (200, &*data.len().to_string())
    );
    assert_eq!(server.get(&format!("/blobs/{name}")).text.as_bytes(), data);
    let expected = format!("{0} {0}\n", data.len());
    assert_eq!(server.execute("python", &counts(&name))["stdout"], expected);
    let mut job = counts(&name);
    job["language"] = "python".into();
    let id = server.job(&job);
    assert_eq!(server.ended(&id)["result"]["stdout"], expected);
    // And it outlives the server.
    processes::signal(server.pid(), "KILL");
    server.wait_for_exit(Duration::from_secs(5));
    let next = shelf.server();
    assert_eq!(next.execute("python", &counts(&name))["stdout"], expected);
}

#[test]
fn what_is_wrong_with_a_blob_is_told_with_its_field() {
    let shelf = Shelf::new(&["--blob-bytes", "1000"]);
    let server = shelf.server();
    let name = sha256(b"data");
    let wrong = put(&server, &name, b"other");
    let answer = wrong.json();
    assert_eq!(
        (wrong.status, &answer["code"]),
        (422, &json!("blob_mismatch")),
        "{answer:#}"
    );
    assert_eq!(answer["actual"], sha256(b"other"));
    assert_eq!(put(&server, &name, &[0; 1001]).status, 413);
    assert_eq!(
        put(&server, "ABC", b"x").json()["code"],
        "invalid_blob_name"
    );
    assert_eq!(
        server.get(&format!("/blobs/{name}")).json()["code"],
        "unknown_blob"
    );
    let main = json!({"name": "main.py", "content": "1"});
    let with = |file: Value| json!({"files": [main, file]});
    for (body, code, field) in [
        (
            with(json!({"name": "a", "blob": name})),
            "unknown_blob",
            "files[1].blob",
        ),
        (
            with(json!({"name": "a", "blob": "x"})),
            "invalid_blob_name",
            "files[1].blob",
        ),
        (
            with(json!({"name": "a", "blob": name, "content": ""})),
            "content_and_blob",
            "files[1].blob",
        ),
        (
            with(json!({"name": "a", "blob": name, "encoding": "utf8"})),
            "invalid_field",
            "files[1].encoding",
        ),
        (with(json!({"name": "a"})), "invalid_field", "files[1]"),
        (
            json!({"code": "1", "stdin_blob": name}),
            "unknown_blob",
            "stdin_blob",
        ),
        (
            json!({"code": "1", "stdin": "", "stdin_blob": name}),
            "stdin_and_blob",
            "stdin_blob",
        ),
    ] {
        let reply = server.post_json("/execute/python", &body);
        let answer = reply.json();
        assert_eq!(
            (reply.status, &answer["code"]),
            (422, &json!(code)),
            "{answer:#}"
        );
        assert_eq!(answer["field"], field, "{answer:#}");
        let mut job = body.clone();
        job["language"] = "python".into();
        let answer = server.submit(&json!({"jobs": [job]})).json();
        assert_eq!(answer["field"], format!("jobs[0].{field}"), "{answer:#}");
    }
    // Together they are bounded as one is.
    let halves: Vec<String> = [1_u8, 2]
        .map(|byte| {
            let half = [byte; 600];
            assert_eq!(put(&server, &sha256(&half), &half).status, 201);
            sha256(&half)
        })
        .to_vec();
    let both = json!({"files": [main, {"name": "a", "blob": halves[0]}, {"name": "b", "blob": halves[1]}]});
    assert_eq!(
        server.post_json("/execute/python", &both).json()["code"],
        "blobs_too_large"
    );
    let unknown = server
        .post_json("/execute/python", &with(json!({"name": "a", "blob": name})))
        .json();
    let detail = unknown["detail"].as_str().expect("words");
    assert!(detail.contains(&format!("PUT /blobs/{name}")), "{detail}");
}

#[test]
fn the_least_recently_used_make_room_but_none_that_a_job_needs() {
    let shelf = Shelf::new(&[
        "--blobs-bytes",
        "2500",
        "--blob-bytes",
        "2000",
        "--jobs-concurrency",
        "1",
    ]);
    let server = shelf.server();
    let data = |byte: u8| vec![byte; 1000];
    let name = |byte: u8| sha256(&data(byte));
    let there = |byte: u8| {
        let head = server.ask("HEAD", &format!("/blobs/{}", name(byte)), &[], b"");
        head.expect("it answers").status == 200
    };
    let mark = marker("needs");
    let busy = server.job(&takes(50, &mark));
    processes::wait_for_marked(&mark);
    put(&server, &name(1), &data(1));
    let mut job = counts(&name(1));
    job["language"] = "python".into();
    let waits = server.job(&job);
    for byte in 2..6 {
        let reply = put(&server, &name(byte), &data(byte));
        assert_eq!(reply.status, 201, "{}", reply.text);
    }
    assert!(there(1) && there(5) && !there(2) && !there(3));
    server.delete(&busy);
    assert_eq!(server.ended(&waits)["result"]["stdout"], "1000 1000\n");
    wait_for(Duration::from_secs(5), "it may make room now", || {
        put(&server, &name(7), &data(7));
        put(&server, &name(8), &data(8));
        (!there(1)).then_some(())
    });
}
