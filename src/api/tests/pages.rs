//! Pages of other origins.

use super::keys::{TOKEN, ask, run, told};
use super::*;
use crate::access::tests::{entry, rules};
use crate::config::Cors;
use axum::http::Method;

#[tokio::test]
async fn pages_of_listed_origins_may_ask() {
    let origin = "https://a.example";
    let keys = entry("site", "secret", "");
    let cors = Cors::Origins(vec![origin.to_owned()]);
    let app = app_for(Arc::default(), rules(Some(&keys), Some(TOKEN), cors));
    let asks = |origin: &str| {
        let wants = ("access-control-request-method", "POST");
        let path = "/execute/cpp";
        ask(Method::OPTIONS, path, &[("origin", origin), wants])
    };
    let reply = send_to(&app, asks(origin)).await;
    assert_eq!(reply.status, 200);
    assert_eq!(reply.headers["access-control-allow-origin"], origin);
    let allowed = reply.headers["access-control-allow-headers"]
        .to_str()
        .unwrap();
    assert!(allowed.contains("x-api-key") && allowed.contains("idempotency-key"));
    let reply = send_to(&app, asks("https://b.example")).await;
    assert!(!reply.headers.contains_key("access-control-allow-origin"));

    // A page sees its answers, a refusal as well.
    for (secret, status) in [("secret", 200), ("x", 401)] {
        let mut request = run(secret);
        let headers = request.headers_mut();
        headers.insert("origin", origin.parse().unwrap());
        let reply = send_to(&app, request).await;
        assert_eq!(reply.status, status);
        assert_eq!(reply.headers["access-control-allow-origin"], origin);
        let shown = reply.headers["access-control-expose-headers"]
            .to_str()
            .unwrap();
        assert!(
            shown.contains("retry-after") && shown.contains("ratelimit"),
            "{shown}"
        );
    }
    let admin = ask(Method::OPTIONS, "/admin/x", &[("origin", origin)]);
    assert_eq!(
        told(&send_to(&app, admin).await),
        (401, "admin_token_wrong")
    );
}

#[tokio::test]
async fn all_origins_or_none() {
    let asks = || {
        ask(
            Method::OPTIONS,
            "/execute/cpp",
            &[("origin", "https://a.example")],
        )
    };
    let app = app_for(Arc::default(), rules(None, None, Cors::Any));
    let reply = send_to(&app, asks()).await;
    assert_eq!(reply.headers["access-control-allow-origin"], "*");
    let reply = send(&Arc::default(), asks()).await;
    assert_eq!(told(&reply), (405, "method_not_allowed"));
    assert!(!reply.headers.contains_key("vary"));
}
