//! A service that refuses new work: since it is stopping, or to spare the machine.

use super::*;

fn stopping() -> Arc<Fake> {
    Arc::new(Fake {
        refuses: Some(ServiceError::Stopping {
            service_state: "stopping",
            fail_safe: true,
            retry_after: Duration::from_secs(1),
        }),
        ..Fake::default()
    })
}

#[tokio::test]
async fn new_work_is_refused_and_told_what_the_service_is_at() {
    let fake = stopping();
    let reply = send(&fake, post("/execute/python", "text/plain", "print(1)")).await;
    assert_eq!(reply.status, 503);
    assert_eq!(reply.headers["retry-after"], "1");
    assert_eq!(reply.headers["connection"], "close");
    assert_eq!(reply.body["error"], "Service Unavailable");
    assert_eq!(reply.body["service_state"], "stopping");
    assert_eq!(reply.body["fail_safe"], true);
    assert_eq!(reply.body["code"], "stopping");
    assert!(reply.body["message"].is_string());
    assert!(fake.asked.lock().unwrap().is_empty());
    // Reports are still answered, on a connection that ends as well.
    let reply = send(&fake, Request::get("/livez").body(Body::empty()).unwrap()).await;
    assert_eq!(
        (reply.status, &reply.headers["connection"]),
        (200, &"close".parse().unwrap())
    );
}

#[tokio::test]
async fn a_guard_names_itself_and_the_way_out() {
    let fake = Arc::new(Fake {
        refuses: Some(ServiceError::Guarded {
            code: "disk_low",
            reason: "make room".to_owned(),
            retry_after: Duration::from_secs(10),
        }),
        ..Fake::default()
    });
    let reply = send(&fake, post("/execute/python", "text/plain", "print(1)")).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (503, &json!("disk_low"))
    );
    assert_eq!(reply.headers["retry-after"], "10");
    assert_eq!(reply.body["detail"], "make room");
}

#[tokio::test]
async fn figures_name_routes_by_their_pattern() {
    let fake = Arc::new(Fake::default());
    let app = app(fake.clone());
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    for request in [
        post("/execute/python", "text/plain", "print(1)"),
        post("/execute/cobol", "text/plain", "x"),
        get("/made/up"),
    ] {
        app.clone().oneshot(request).await.unwrap();
    }
    let response = app.oneshot(get("/metrics")).await.unwrap();
    let media_type = response.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    assert!(
        media_type.starts_with("application/openmetrics-text"),
        "{media_type}"
    );
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    for line in [
        "warmbox_requests_total{route=\"/execute/{language}\",method=\"POST\",status=\"200\"} 1",
        "warmbox_requests_total{route=\"/execute/{language}\",method=\"POST\",status=\"404\"} 1",
        "warmbox_requests_total{route=\"unknown\",method=\"GET\",status=\"404\"} 1",
        "warmbox_refused_total{code=\"unknown_language\"} 1",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
}
