//! The life of a job, as its client sees it.

use super::{JSON, Shelf, prints, takes};
use crate::harness::{Server, check, marker, processes, usual, wait_for};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::time::{Duration, Instant};

#[test]
fn a_job_is_answered_like_the_request_that_waits() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let mut request = json!({
        "files": [{"name": "main.py", "content": "import sys, a\nprint(a.x, sys.stdin.read(), sys.argv[1:])"},
                  {"name": "a.py", "content": "x = 7"}],
        "stdin": "in", "args": ["b"], "limits": {"wall_ms": 5000},
    });
    let waited = server.execute("python", &request);
    request["language"] = "py".into();
    let id = server.job(&request);
    let job = server.ended(&id);
    let expected = json!({
        "id": id, "status": "done", "language": "python", "attempts": 1, "error": null, "callback": null,
        "result": {"status": "ok", "stdout": "7 in ['b']\n", "exit_code": 0, "language": "python"},
    });
    check("the job", &job, &expected);
    let fields = |value: &Value| -> BTreeSet<String> {
        let object = value.as_object().expect("an object");
        object.keys().cloned().collect()
    };
    assert_eq!(fields(&job["result"]), fields(&waited));
    for time in ["created_at", "started_at", "finished_at", "expires_at"] {
        let text = job[time].as_str().expect("a time");
        assert!(
            text.len() == 24 && text.ends_with('Z') && text.contains('T'),
            "{text}"
        );
    }
    assert!(job["created_at"].as_str() <= job["started_at"].as_str());
    assert!(job["started_at"].as_str() <= job["finished_at"].as_str());
    // A program that fails is done as well.
    let failed = server.ended(&server.job(&json!({"language": "python", "code": "exit(3)"})));
    let expected = json!({"status": "done", "error": null, "result": {"status": "runtime_error", "exit_code": 3}});
    check("a failure", &failed, &expected);
}

#[test]
fn a_batch_of_a_thousand_is_taken_at_once_and_done() {
    let shelf = Shelf::new(&["--jobs-concurrency", "2"]);
    let server = shelf.server();
    let jobs: Vec<Value> = (0..1000).map(|n| prints(&format!("number {n}"))).collect();
    let began = Instant::now();
    let reply = server.submit(&json!({ "jobs": jobs }));
    let took = began.elapsed();
    assert_eq!(reply.status, 202, "{}", reply.text);
    let answer = reply.json();
    let ids: Vec<String> = (answer["jobs"].as_array().expect("a list").iter())
        .map(|job| job["id"].as_str().expect("an id").to_owned())
        .collect();
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), 1000);
    eprintln!("1,000 jobs taken in {took:?}");
    let began = Instant::now();
    for (n, id) in ids.iter().enumerate() {
        let job = server.ended(id);
        assert_eq!(job["result"]["stdout"], format!("number {n}\n"), "{job:#}");
    }
    eprintln!("and done in {:?}", began.elapsed());
    // All of them, page by page, newest first.
    let (mut listed, mut after) = (Vec::new(), String::new());
    loop {
        let page = server
            .get(&format!("/jobs?limit=300&status=done{after}"))
            .json();
        for job in page["jobs"].as_array().expect("a list") {
            assert!(job.get("result").is_none(), "{job:#}");
            listed.push(job["id"].as_str().expect("an id").to_owned());
        }
        match page["next"].as_str() {
            Some(next) => after = format!("&after={next}"),
            None => break,
        }
    }
    listed.reverse();
    assert_eq!(listed, ids);
    let none = server.get("/jobs?status=queued").json();
    check("nothing waits", &none, &json!({"jobs": [], "next": null}));
}

#[test]
fn a_batch_is_all_or_nothing_and_names_what_is_wrong() {
    let shelf = Shelf::new(&["--jobs-max", "30", "--jobs-ttl", "1h"]);
    let server = shelf.server();
    let batch = |wrong: Value| {
        let mut jobs: Vec<Value> = (0..20).map(|_| prints("x")).collect();
        jobs[17] = wrong;
        json!({ "jobs": jobs })
    };
    let cases = [
        (
            batch(json!({"language": "python", "code": "x", "limits": {"wall_ms": 0}})),
            422,
            "limit_zero",
            "jobs[17].limits.wall_ms",
        ),
        (
            batch(json!({"language": "python", "code": "x", "test": []})),
            422,
            "unknown_field",
            "jobs[17].test",
        ),
        (
            batch(json!({"language": "cobol", "code": "x"})),
            422,
            "unknown_language",
            "jobs[17].language",
        ),
        (
            batch(json!({"code": "x"})),
            422,
            "invalid_field",
            "jobs[17].language",
        ),
        (
            batch(json!({"language": "python"})),
            422,
            "empty_code",
            "jobs[17].code",
        ),
        (batch(json!(17)), 422, "invalid_field", "jobs[17]"),
        (
            batch(json!({"language": "python", "code": "x", "ttl_s": 3601})),
            422,
            "ttl_out_of_range",
            "jobs[17].ttl_s",
        ),
        (
            batch(json!({"language": "python", "code": "x", "callback_url": "https://a.example/"})),
            422,
            "callbacks_off",
            "jobs[17].callback_url",
        ),
        (json!({"jobs": []}), 422, "no_jobs", "jobs"),
        (
            json!({"jobs": vec![0; 1001]}),
            422,
            "too_many_in_batch",
            "jobs",
        ),
        (
            json!({"jobs": [prints("x")], "language": "python"}),
            422,
            "unknown_field",
            "language",
        ),
        (
            json!({"language": 7, "code": "x"}),
            422,
            "invalid_field",
            "language",
        ),
        (
            json!({"language": "python", "code": "x", "ttl_s": -1}),
            422,
            "invalid_field",
            "ttl_s",
        ),
    ];
    for (body, status, code, field) in cases {
        let reply = server.submit(&body);
        let answer = reply.json();
        assert_eq!(
            (reply.status, &answer["code"]),
            (status, &json!(code)),
            "{answer:#}"
        );
        assert_eq!(answer["field"], field, "{answer:#}");
    }
    for (body, status, code) in [
        ("[1]", 422, "invalid_field"),
        ("{", 400, "malformed_json"),
        ("", 400, "malformed_json"),
    ] {
        let reply = server.post("/jobs", &[JSON], body.as_bytes());
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (status, &json!(code)),
            "{}",
            reply.text
        );
    }
    let plain = server.post("/jobs", &[("content-type", "text/plain")], b"print(1)");
    assert_eq!(plain.status, 415);
    let twice = server.post(
        "/jobs",
        &[JSON],
        br#"{"language":"python","language":"python","code":"x"}"#,
    );
    assert_eq!(twice.json()["field"], "language", "{}", twice.text);
    assert_eq!(server.get("/jobs").json()["jobs"], json!([]));
    // And so are the bounds.
    let full = server.submit(&json!({"jobs": vec![prints("x"); 31]}));
    assert_eq!(
        (full.status, &full.json()["code"]),
        (503, &json!("jobs_full")),
        "{}",
        full.text
    );
    assert!(!full.header("retry-after").is_empty());
    assert_eq!(server.get("/jobs").json()["jobs"], json!([]));
    for (path, field) in [
        ("/jobs?limit=0", "limit"),
        ("/jobs?limit=1001", "limit"),
        ("/jobs?status=lost", "status"),
        ("/jobs?after=x", "after"),
        ("/jobs?page=2", "page"),
    ] {
        let reply = server.get(path);
        assert_eq!(
            (reply.status, &reply.json()["field"]),
            (422, &json!(field)),
            "{path}"
        );
    }
}

#[test]
fn a_long_poll_ends_with_the_job_or_with_its_time() {
    let shelf = Shelf::new(&[]);
    let server = shelf.server();
    let mark = marker("poll");
    let id = server.job(&takes(2, &mark));
    let began = Instant::now();
    let early = server.get(&format!("/jobs/{id}?wait_ms=300")).json();
    let took = began.elapsed();
    assert!((300..1500).contains(&took.as_millis()), "{took:?}");
    check(
        "it runs",
        &early,
        &json!({"status": "running", "result": null, "finished_at": null}),
    );
    let at_once = Instant::now();
    server.find(&id);
    assert!(
        at_once.elapsed() < Duration::from_millis(300),
        "{:?}",
        at_once.elapsed()
    );
    let job = server.get(&format!("/jobs/{id}?wait_ms=30000")).json();
    assert_eq!(job["result"]["stdout"], "finished\n");
    let took = began.elapsed();
    assert!(took < Duration::from_secs(6), "{took:?}");
    // No floor: the quickest program is heard of as soon as it has ended.
    let quickest = (0..10).map(|_| {
        let began = Instant::now();
        let id = server.job(&prints("x"));
        server.ended(&id);
        began.elapsed()
    });
    let quickest = quickest.min().expect("some");
    eprintln!("from POST to the result: {quickest:?}");
    assert!(quickest < Duration::from_millis(300), "{quickest:?}");
    let wrong = server.get(&format!("/jobs/{id}?wait_ms=60001"));
    assert_eq!(
        (wrong.status, &wrong.json()["field"]),
        (422, &json!("wait_ms"))
    );
    for unknown in ["x", "01a200de-18ab-7459-8c70-49c22d22c13d"] {
        let reply = server.get(&format!("/jobs/{unknown}?wait_ms=60000"));
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (404, &json!("unknown_job"))
        );
    }
}

#[test]
fn what_is_not_wanted_any_more_is_cancelled_or_forgotten() {
    let shelf = Shelf::new(&["--jobs-concurrency", "1"]);
    let server = shelf.server();
    let mark = marker("unwanted");
    let running = server.job(&takes(50, &mark));
    processes::wait_for_marked(&mark);
    let queued = server.job(&prints("never"));
    let reply = server.delete(&queued);
    assert_eq!(reply.status, 200, "{}", reply.text);
    check(
        "it waited",
        &reply.json(),
        &json!({"status": "cancelled", "attempts": 0, "started_at": null}),
    );
    let reply = server.delete(&running);
    check(
        "it ran",
        &reply.json(),
        &json!({"status": "cancelled", "attempts": 1, "result": null}),
    );
    wait_for(Duration::from_secs(5), "its program ends", || {
        processes::marked(&mark).is_empty().then_some(())
    });
    // Sent again, it is the same.
    for id in [&running, &queued] {
        let again = server.delete(id);
        assert_eq!(
            (again.status, &again.json()["status"]),
            (200, &json!("cancelled"))
        );
        assert_eq!(server.find(id)["status"], "cancelled");
    }
    let done = server.job(&prints("1"));
    server.ended(&done);
    assert_eq!(server.delete(&done).status, 204);
    assert_eq!(server.get(&format!("/jobs/{done}")).status, 404);
    assert_eq!(server.delete(&done).status, 404);
    assert!(
        server.log().contains("outcome=\"cancelled\""),
        "it is in the audit"
    );
}

#[test]
fn jobs_of_one_key_are_nobody_elses() {
    let shelf = Shelf::new(&[]);
    let keys = shelf.path("keys.toml");
    let (mut text, mut secrets) = (String::new(), Vec::new());
    for (name, words) in [("first", "concurrency = 1"), ("second", "")] {
        let folder = crate::harness::open_folder();
        let output = crate::harness::program(usual(), folder.path())
            .args(["key", name])
            .output();
        let output = output.expect("warmbox starts");
        text += &format!("{}{words}\n", String::from_utf8_lossy(&output.stdout));
        secrets.push(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    std::fs::write(&keys, text).expect("it is ours");
    let shelf = Shelf {
        args: {
            let mut args = shelf.args.clone();
            args.extend([
                "--keys-file".into(),
                keys,
                "--jobs-per-key".into(),
                "5".into(),
            ]);
            args
        },
        ..shelf
    };
    let server = Server::start(&shelf.options());
    let ask = |who: usize, method: &str, path: &str, body: &str| {
        let reply = server.ask(
            method,
            path,
            &[JSON, ("x-api-key", &secrets[who])],
            body.as_bytes(),
        );
        reply.expect("it answers")
    };
    wait_for(Duration::from_secs(10), "it takes jobs", || {
        (ask(0, "GET", "/jobs", "").status == 200).then_some(())
    });
    assert_eq!(server.get("/jobs").status, 401);
    let job = prints("mine").to_string();
    let reply = ask(0, "POST", "/jobs", &job);
    assert_eq!(reply.status, 202, "{}", reply.text);
    let path = format!("/jobs/{}", reply.json()["id"].as_str().expect("an id"));
    assert_eq!(
        ask(0, "GET", &format!("{path}?wait_ms=20000"), "").json()["result"]["stdout"],
        "mine\n"
    );
    for method in ["GET", "DELETE"] {
        let reply = ask(1, method, &path, "");
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (404, &json!("unknown_job"))
        );
    }
    assert_eq!(ask(1, "GET", "/jobs", "").json()["jobs"], json!([]));
    assert_eq!(
        ask(0, "GET", "/jobs", "").json()["jobs"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    // A key that fills its part leaves the rest to others.
    let many = json!({"jobs": vec![prints("x"); 6]}).to_string();
    let reply = ask(0, "POST", "/jobs", &many);
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (429, &json!("too_many_jobs")),
        "{}",
        reply.text
    );
    assert_eq!(ask(1, "POST", "/jobs", &job).status, 202);
}

#[test]
fn what_waits_for_too_long_expires_and_ends_are_forgotten() {
    let shelf = Shelf::new(&["--jobs-concurrency", "1", "--jobs-ttl", "2s"]);
    let server = shelf.server();
    let mark = marker("expires");
    let long = server.job(&takes(5, &mark));
    let mut short = prints("never");
    short["ttl_s"] = 1.into();
    let short = server.job(&short);
    let expired = server.ended(&short);
    check(
        "it waited",
        &expired,
        &json!({"status": "expired", "attempts": 0, "result": null}),
    );
    assert_eq!(server.ended(&long)["status"], "done");
    wait_for(Duration::from_secs(10), "both are forgotten", || {
        let gone = |id: &String| server.get(&format!("/jobs/{id}")).status == 404;
        (gone(&short) && gone(&long)).then_some(())
    });
}

#[test]
fn without_a_place_jobs_are_refused_in_words() {
    let server = Server::with(usual(), &["--languages", "python", "--min-idle", "1"]);
    for reply in [server.submit(&prints("1")), server.get("/jobs")] {
        assert_eq!(
            (reply.status, &reply.json()["code"]),
            (503, &json!("jobs_off")),
            "{}",
            reply.text
        );
        assert!(reply.text.contains("--jobs-dir"), "{}", reply.text);
    }
    let health = server.get("/health").json();
    assert_eq!(health["status"], "ok", "{health:#}");
}

#[test]
fn figures_and_health_tell_of_jobs() {
    let shelf = Shelf::new(&["--jobs-concurrency", "1"]);
    let server = shelf.server();
    let mark = marker("figures");
    let running = server.job(&takes(30, &mark));
    processes::wait_for_marked(&mark);
    let waits = server.job(&prints("1"));
    let text = server.get("/metrics").text;
    for line in [
        "warmbox_jobs{status=\"queued\"} 1.0",
        "warmbox_jobs{status=\"running\"} 1.0",
        "warmbox_jobs_submitted_total 2.0",
        "warmbox_jobs_ended_total{outcome=\"cancelled\"} 0.0",
        "warmbox_jobs_max 20000.0",
        "warmbox_blobs 0.0",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
    for name in [
        "warmbox_jobs_oldest_seconds",
        "warmbox_jobs_bytes",
        "warmbox_jobs_file_bytes",
        "warmbox_webhooks_pending",
    ] {
        assert!(text.contains(&format!("\n{name} ")), "{name} in\n{text}");
    }
    wait_for(Duration::from_secs(5), "health tells of them", || {
        let health = server.get("/health").json();
        let parts = health["parts"].as_array().cloned().unwrap_or_default();
        let told = parts.iter().any(|part| {
            part["name"] == "jobs"
                && part["state"] == "ok"
                && part["detail"]
                    .as_str()
                    .is_some_and(|it| it.starts_with("1 queued, 1 running"))
        });
        told.then_some(())
    });
    server.delete(&running);
    assert_eq!(server.ended(&waits)["status"], "done");
    let text = server.get("/metrics").text;
    for (outcome, count) in [("cancelled", "1.0"), ("done", "1.0"), ("failed", "0.0")] {
        let line = format!("warmbox_jobs_ended_total{{outcome=\"{outcome}\"}} {count}");
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
}
