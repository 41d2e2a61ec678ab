//! Every wrong request has its status, its code and its field, and reaches nobody.

use super::*;

#[tokio::test]
async fn wrong_fields_are_named() {
    let file = |name: &str| json!({"files": [{"name": "m.cpp", "content": "x"}, {"name": name, "content": ""}]});
    let many: Vec<_> = (0..257)
        .map(|n| json!({"name": n.to_string(), "content": ""}))
        .collect();
    for (body, status, code, field) in [
        (json!({"code": ""}), 422, "empty_code", "code"),
        (json!({}), 422, "empty_code", "code"),
        (json!({"files": []}), 422, "empty_code", "files"),
        (
            json!({"code": "x", "network": true}),
            422,
            "unknown_field",
            "network",
        ),
        (
            json!({"code": "x", "limits": {"wall": 1}}),
            422,
            "unknown_field",
            "limits.wall",
        ),
        (json!({"code": 1}), 422, "invalid_field", "code"),
        (
            json!({"code": "x", "limits": {"wall_ms": -1}}),
            422,
            "invalid_field",
            "limits.wall_ms",
        ),
        (
            json!({"code": "x", "limits": {"wall_ms": 1.5}}),
            422,
            "invalid_field",
            "limits.wall_ms",
        ),
        (
            json!({"code": "x", "limits": {"wall_ms": 0}}),
            422,
            "limit_zero",
            "limits.wall_ms",
        ),
        (
            json!({"code": "x", "limits": {"wall_ms": 60001}}),
            422,
            "limit_above_ceiling",
            "limits.wall_ms",
        ),
        (
            json!({"code": "x", "limits": {"memory_bytes": u64::MAX}}),
            422,
            "limit_above_ceiling",
            "limits.memory_bytes",
        ),
        (
            json!({"code": "x", "stdin": "", "input": ""}),
            422,
            "stdin_and_input",
            "input",
        ),
        (
            json!({"code": "x", "files": []}),
            422,
            "code_and_files",
            "files",
        ),
        (
            json!({"code": "x", "std": "c++98"}),
            422,
            "unknown_std",
            "std",
        ),
        (
            json!({"code": "x", "args": ["a\u{0}"]}),
            422,
            "invalid_argument",
            "args[0]",
        ),
        (
            json!({"code": "x", "args": vec!["a"; 65]}),
            422,
            "too_many_args",
            "args",
        ),
        (
            json!({"code": "x".repeat(1001)}),
            413,
            "source_too_large",
            "code",
        ),
        (
            json!({"code": "x", "stdin": "x".repeat(501)}),
            422,
            "stdin_too_large",
            "stdin",
        ),
        (
            json!({"files": [{"name": "a.cpp", "content": "!", "encoding": "base64"}]}),
            422,
            "invalid_base64",
            "files[0].content",
        ),
        (
            json!({"files": [{"name": "a.cpp", "content": "x", "encoding": "hex"}]}),
            422,
            "invalid_field",
            "files[0].encoding",
        ),
        (
            json!({"files": [{"name": "a.h", "content": "x"}]}),
            422,
            "no_source_file",
            "files",
        ),
        (file("a\u{0}b"), 422, "invalid_file_name", "files[1].name"),
        (file("../x"), 422, "invalid_file_name", "files[1].name"),
        (file("/x"), 422, "invalid_file_name", "files[1].name"),
        (file("main"), 422, "invalid_file_name", "files[1].name"),
        (file("m.cpp"), 422, "invalid_file_name", "files"),
        (file("m.cpp/x"), 422, "invalid_file_name", "files"),
    ] {
        let (fake, reply) = json_to("/execute/cpp", body.clone()).await;
        let got = (
            reply.status,
            reply.body["code"].as_str(),
            reply.body["field"].as_str(),
        );
        assert_eq!(
            got,
            (status, Some(code), Some(field)),
            "{body} {}",
            reply.body
        );
        assert!(fake.asked.lock().unwrap().is_empty());
    }
    let fake = Arc::new(Fake::default());
    let state = ApiState {
        body_bytes: 1 << 20,
        ..small(fake)
    };
    let body = json!({"files": many}).to_string();
    let response = router(Arc::new(state))
        .oneshot(post("/execute/cpp", "application/json", body))
        .await
        .unwrap();
    assert_eq!(response.status(), 422);
    let (_, reply) = json_to("/execute/python", json!({"code": "x", "std": "c++20"})).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (422, &json!("std_not_supported"))
    );
    let (_, reply) = json_to(
        "/execute/cpp",
        json!({"code": "x", "limits": {"cpu_ms": 30001}}),
    )
    .await;
    assert_eq!(
        (&reply.body["ceiling"], &reply.body["asked"]),
        (&json!(30000), &json!(30001))
    );
}

fn small(fake: Arc<Fake>) -> ApiState {
    ApiState {
        body_bytes: 1,
        source_bytes: 1,
        stdin_bytes: 1,
        ..state(fake)
    }
}

#[tokio::test]
async fn wrong_bodies_are_refused_in_order() {
    let fake = Arc::new(Fake::default());
    let large = || Body::from("x".repeat(5000));
    for (request, status, code) in [
        (
            post("/execute/cpp", "application/json", "{"),
            400,
            "malformed_json",
        ),
        (
            post("/execute/cpp", "application/json", ""),
            400,
            "malformed_json",
        ),
        (
            post("/execute/cpp", "application/json", r#"{"code":"x"} y"#),
            400,
            "malformed_json",
        ),
        (
            post("/execute/cpp", "application/json", r#"{"code":"\ud800"}"#),
            400,
            "malformed_json",
        ),
        (
            post("/execute/cpp", "application/json", "[1]"),
            422,
            "invalid_field",
        ),
        (
            post(
                "/execute/cpp",
                "application/json",
                &b"{\"code\":\"\xFF\"}"[..],
            ),
            400,
            "invalid_utf8",
        ),
        (
            post("/execute/cpp", "text/plain", &b"\xFF"[..]),
            400,
            "invalid_utf8",
        ),
        (
            post("/execute/cpp", "text/html", large()),
            415,
            "unsupported_media_type",
        ),
        (
            post("/execute/nope", "text/html", "x"),
            415,
            "unsupported_media_type",
        ),
        (
            post("/execute/cpp", "text/plain; charset=latin1", "x"),
            415,
            "unsupported_media_type",
        ),
        (
            Request::post("/execute/cpp").body("x".into()).unwrap(),
            415,
            "unsupported_media_type",
        ),
        (
            post("/execute/nope", "text/plain", large()),
            404,
            "unknown_language",
        ),
        (
            post("/execute/%FF", "text/plain", "x"),
            404,
            "unknown_language",
        ),
        (
            post("/execute/cpp", "text/plain", large()),
            413,
            "body_too_large",
        ),
        (post("/execute", "text/plain", "x"), 404, "unknown_route"),
        (
            Request::get("/nope").body(Body::empty()).unwrap(),
            404,
            "unknown_route",
        ),
        (
            Request::get("/execute/cpp").body(Body::empty()).unwrap(),
            405,
            "method_not_allowed",
        ),
        (
            post("/health", "text/plain", "x"),
            405,
            "method_not_allowed",
        ),
    ] {
        let about = format!("{request:?}");
        let reply = send(&fake, request).await;
        assert_eq!(
            (reply.status, reply.body["code"].as_str()),
            (status, Some(code)),
            "{about} {}",
            reply.body
        );
        if status == 405 {
            assert!(reply.headers.contains_key("allow"), "{about}");
        }
    }
    let announced = Request::post("/execute/cpp")
        .header("content-type", "text/plain")
        .header("content-length", "4001");
    let reply = send(&fake, announced.body(Body::empty()).unwrap()).await;
    assert_eq!((reply.status, &reply.body["limit"]), (413, &json!(4000)));
    let (_, reply) = json_to("/execute/nope", json!({})).await;
    assert_eq!(
        reply.body["known"],
        json!(["bash", "c", "cpp", "javascript", "python"])
    );
    assert!(fake.asked.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_refusal_is_short_whatever_was_sent() {
    // as it would be quoted, one byte of these is seven
    let long = "\u{7f}".repeat(100_000);
    for (body, code) in [
        (json!({"code": "x", &long: 1}), "unknown_field"),
        (json!({"code": "x", "limits": {&long: 1}}), "unknown_field"),
        (json!({"code": "x", "limits": long}), "invalid_field"),
        (json!({"code": "x", "args": long}), "invalid_field"),
        (json!({"code": "x", "std": long}), "unknown_std"),
        (
            json!({"files": [{"name": long, "content": "x"}]}),
            "invalid_file_name",
        ),
    ] {
        let state = ApiState {
            body_bytes: 1 << 20,
            ..small(Arc::default())
        };
        let request = post("/execute/cpp", "application/json", body.to_string());
        let response = router(Arc::new(state)).oneshot(request).await.unwrap();
        assert_eq!(response.status(), 422, "{code}");
        let bytes = to_bytes(response.into_body(), 8000).await.unwrap();
        let problem: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(problem["code"], code);
    }
}

#[tokio::test(start_paused = true)]
async fn a_body_that_does_not_come_is_given_up() {
    let fake = Arc::new(Fake::default());
    let nothing = futures_util::stream::pending::<Result<Vec<u8>, std::io::Error>>();
    let body = Body::from_stream(nothing);
    let reply = send(&fake, post("/execute/cpp", "text/plain", body)).await;
    let got = (reply.status, reply.body["code"].as_str());
    assert_eq!(got, (408, Some("body_timeout")));
    assert!(fake.asked.lock().unwrap().is_empty());
}
