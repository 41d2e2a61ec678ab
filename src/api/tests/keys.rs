//! Who may ask what: keys, their limits, the admin token.

use super::*;
use crate::access::tests::{entry, rules};
use crate::config::Cors;
use axum::body::HttpBody;
use axum::http::Method;
use axum::response::Response;
use tokio::sync::Semaphore;

pub(super) const TOKEN: &str = "0123456789abcdef";

pub(super) fn ask(method: Method, path: &str, headers: &[(&str, &str)]) -> Request<Body> {
    let mut request = post(path, "text/plain", "x");
    *request.method_mut() = method;
    for (name, value) in headers {
        let name: axum::http::HeaderName = name.parse().unwrap();
        request.headers_mut().insert(name, value.parse().unwrap());
    }
    request
}

pub(super) fn run(secret: &str) -> Request<Body> {
    ask(Method::POST, "/execute/cpp", &[("x-api-key", secret)])
}

fn keyed(more: &str) -> (Arc<Fake>, Router) {
    let fake = Arc::new(Fake::default());
    let app = keyed_for(fake.clone(), more);
    (fake, app)
}

fn keyed_for(fake: Arc<Fake>, more: &str) -> Router {
    let keys = entry("site", "secret", more);
    app_for(fake, rules(Some(&keys), Some(TOKEN), Cors::None))
}

pub(super) fn told(reply: &Reply) -> (u16, &str) {
    (reply.status, reply.body["code"].as_str().unwrap_or("-"))
}

#[tokio::test]
async fn a_key_is_asked_for_where_there_are_keys() {
    let (fake, app) = keyed("");
    let bearer = |word: &str, secret: &str| format!("{word} {secret}");
    let (right, lower) = (bearer("Bearer", "secret"), bearer("bearer", "secret"));
    let (admin, basic) = (bearer("Bearer", TOKEN), bearer("Basic", "secret"));
    let auth = "authorization";
    type Row<'a> = (Method, &'a str, &'a [(&'a str, &'a str)], (u16, &'a str));
    let (get, post) = (Method::GET, Method::POST);
    let rows: &[Row<'_>] = &[
        (get.clone(), "/livez", &[], (200, "-")),
        (get.clone(), "/readyz", &[], (200, "-")),
        (get.clone(), "/openapi.json", &[], (200, "-")),
        (get.clone(), "/docs/", &[], (200, "-")),
        (get.clone(), "/docs/swagger-ui.css", &[], (200, "-")),
        (get.clone(), "/docsx", &[], (401, "key_missing")),
        (get.clone(), "/languages", &[], (401, "key_missing")),
        (get.clone(), "/v1/livez", &[], (200, "-")),
        (get.clone(), "/v1/languages", &[], (401, "key_missing")),
        (post.clone(), "/v1/execute/cpp", &[], (401, "key_missing")),
        (
            post.clone(),
            "/v1/admin/emergency-shutdown",
            &[(auth, &right)],
            (401, "admin_token_wrong"),
        ),
        (
            post.clone(),
            "/v1/v1/admin/emergency-shutdown",
            &[(auth, &right)],
            (404, "unknown_route"),
        ),
        (get.clone(), "/nothing", &[], (401, "key_missing")),
        (post.clone(), "/execute/cpp", &[], (401, "key_missing")),
        (
            post.clone(),
            "/execute/cpp",
            &[(auth, &basic)],
            (401, "key_missing"),
        ),
        (
            post.clone(),
            "/execute/cpp",
            &[(auth, "Bearer ")],
            (401, "key_missing"),
        ),
        (
            post.clone(),
            "/execute/cpp",
            &[(auth, "Bearer x")],
            (401, "key_unknown"),
        ),
        (
            post.clone(),
            "/execute/cpp",
            &[("x-api-key", "x")],
            (401, "key_unknown"),
        ),
        (post.clone(), "/execute/cpp", &[(auth, &right)], (200, "-")),
        (post.clone(), "/execute/cpp", &[(auth, &lower)], (200, "-")),
        (
            post.clone(),
            "/execute/cpp",
            &[("x-api-key", "secret")],
            (200, "-"),
        ),
        (
            post.clone(),
            "/execute/cpp",
            &[(auth, &basic), ("x-api-key", "secret")],
            (200, "-"),
        ),
        (
            get.clone(),
            "/nothing",
            &[(auth, &right)],
            (404, "unknown_route"),
        ),
        (get.clone(), "/pool/stats", &[(auth, &right)], (200, "-")),
        (get.clone(), "/pool/stats", &[(auth, &admin)], (200, "-")),
        (
            post.clone(),
            "/execute/cpp",
            &[(auth, &admin)],
            (401, "key_unknown"),
        ),
        (
            post.clone(),
            "/admin/nothing",
            &[(auth, &right)],
            (401, "admin_token_wrong"),
        ),
        (
            post.clone(),
            "/admin/nothing",
            &[("x-api-key", TOKEN)],
            (401, "admin_token_wrong"),
        ),
        (
            post.clone(),
            "/admin/nothing",
            &[(auth, &admin)],
            (404, "unknown_route"),
        ),
    ];
    for (method, path, headers, expected) in rows {
        let reply = send_to(&app, ask(method.clone(), path, headers)).await;
        assert_eq!(told(&reply), *expected, "{method} {path} {headers:?}");
        let challenge = reply.headers.get("www-authenticate");
        assert_eq!(challenge.is_some(), reply.status == 401);
        assert!(challenge.is_none_or(|it| it == "Bearer realm=\"warmbox\""));
    }
    assert_eq!(fake.asked.lock().unwrap().len(), 4);
}

#[tokio::test]
async fn without_keys_all_is_open_but_the_admins_routes() {
    let app = app(Arc::new(Fake::default()));
    let reply = send_to(&app, run("whatever")).await;
    assert_eq!(reply.status, 200);
    assert!(!reply.headers.contains_key("ratelimit-policy"));
    let right = format!("Bearer {TOKEN}");
    let admin = |token: &str| ask(Method::GET, "/admin/nothing", &[("authorization", token)]);
    assert_eq!(
        told(&send_to(&app, admin(&right)).await),
        (403, "admin_disabled")
    );
    let app = app_for(Arc::default(), rules(None, Some(TOKEN), Cors::None));
    assert_eq!(
        told(&send_to(&app, admin(&right)).await),
        (404, "unknown_route")
    );
    assert_eq!(
        told(&send_to(&app, admin("Bearer x")).await),
        (401, "admin_token_wrong")
    );
}

#[tokio::test]
async fn a_refusal_does_not_wait_for_the_body() {
    let (_, app) = keyed("");
    let never = futures_util::stream::pending::<Result<String, std::io::Error>>();
    let request = post("/execute/cpp", "text/plain", Body::from_stream(never));
    let reply = send_to(&app, request);
    let reply = tokio::time::timeout(Duration::from_secs(5), reply).await;
    assert_eq!(told(&reply.unwrap()), (401, "key_missing"));
}

#[tokio::test(start_paused = true)]
async fn how_long_a_body_may_take_is_set() {
    let never = futures_util::stream::pending::<Result<String, std::io::Error>>();
    let request = post("/execute/cpp", "text/plain", Body::from_stream(never));
    let app = router(Arc::new(ApiState {
        body_timeout: Duration::from_millis(1500),
        ..state(Arc::default())
    }));
    let reply = send_to(&app, request).await;
    assert_eq!(told(&reply), (408, "body_timeout"));
    let detail = reply.body["detail"].as_str().unwrap();
    assert!(detail.ends_with("within 1.5 s"), "{detail}");
}

#[tokio::test]
async fn a_key_may_ask_so_often() {
    let (fake, app) = keyed("requests_per_minute = 2\nburst = 2");
    for left in ["\"default\";r=1;t=30", "\"default\";r=0;t=30"] {
        let reply = send_to(&app, run("secret")).await;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["ratelimit-policy"], "\"default\";q=2;w=60");
        assert_eq!(reply.headers["ratelimit"], left);
    }
    let reply = send_to(&app, run("secret")).await;
    assert_eq!(told(&reply), (429, "rate_limited"));
    assert_eq!(
        (&reply.body["key"], &reply.body["limit"]),
        (&json!("site"), &json!(2))
    );
    let wait: u64 = reply.headers["retry-after"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert!((1..=30).contains(&wait));
    assert_eq!(
        reply.headers["ratelimit"],
        format!("\"default\";r=0;t={wait}")
    );
    assert_eq!(reply.headers["ratelimit-policy"], "\"default\";q=2;w=60");
    // To look costs nothing.
    let looks = ask(Method::GET, "/languages", &[("x-api-key", "secret")]);
    assert_eq!(send_to(&app, looks).await.status, 200);
    assert_eq!(fake.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn a_key_may_have_so_many_under_way() {
    let fake = Arc::new(Fake {
        allowed: Some(Semaphore::new(0)),
        ..Fake::default()
    });
    let app = keyed_for(fake.clone(), "requests_per_minute = 9\nconcurrency = 1");
    let running = tokio::spawn(app.clone().oneshot(run("secret")));
    until_asked(&fake, 1).await;
    let reply = send_to(&app, run("secret")).await;
    assert_eq!(told(&reply), (429, "too_many_at_once"));
    assert_eq!(
        (&reply.body["key"], &reply.body["limit"]),
        (&json!("site"), &json!(1))
    );
    assert_eq!(reply.headers["retry-after"], "1");
    assert_eq!(reply.headers["ratelimit-policy"], "\"default\";q=9;w=60");

    // An answer that is not read yet is under way.
    fake.allowed.as_ref().unwrap().add_permits(9);
    let answer: Response = running.await.unwrap().unwrap();
    assert!(
        answer.body().size_hint().exact().is_some(),
        "its length is told"
    );
    // Who found no place had not used up one of his requests.
    assert_eq!(answer.headers()["ratelimit"], "\"default\";r=8;t=7");
    assert_eq!(send_to(&app, run("secret")).await.status, 429);
    drop(answer);
    assert_eq!(send_to(&app, run("secret")).await.status, 200);
    assert_eq!(send_to(&app, run("secret")).await.status, 200);
}

#[tokio::test]
async fn a_client_that_goes_away_gives_its_place_back() {
    let fake = Arc::new(Fake {
        hangs: true,
        ..Fake::default()
    });
    let app = keyed_for(fake.clone(), "concurrency = 1");
    for times in 1..4 {
        let running = tokio::spawn(app.clone().oneshot(run("secret")));
        until_asked(&fake, times).await;
        running.abort();
        assert!(running.await.unwrap_err().is_cancelled());
    }
}
