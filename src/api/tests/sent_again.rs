//! `Idempotency-Key` as clients see it.

use super::*;
use crate::access::tests::{entry, rules};
use crate::config::Cors;
use tokio::sync::Semaphore;

fn asks(path: &str, key: &str, body: &'static str) -> Request<Body> {
    let mut request = post(path, "text/plain", body);
    let headers = request.headers_mut();
    headers.insert("idempotency-key", key.parse().unwrap());
    request
}

fn from(mut request: Request<Body>, secret: &str) -> Request<Body> {
    let headers = request.headers_mut();
    headers.insert("x-api-key", secret.parse().unwrap());
    request
}

fn waiting() -> Arc<Fake> {
    Arc::new(Fake {
        allowed: Some(Semaphore::new(0)),
        ..Fake::default()
    })
}

#[tokio::test]
async fn twenty_at_once_execute_once() {
    let fake = waiting();
    let app = app(fake.clone());
    let asking: Vec<_> = (0..20)
        .map(|_| {
            let app = app.clone();
            tokio::spawn(async move { send_to(&app, asks("/execute/cpp", "k", "x")).await })
        })
        .collect();
    until_asked(&fake, 1).await;
    fake.allowed.as_ref().unwrap().add_permits(20);
    let (mut replayed, mut runs) = (0, std::collections::BTreeSet::new());
    for asked in asking {
        let reply = asked.await.unwrap();
        assert_eq!(reply.status, 200);
        replayed += usize::from(reply.headers.contains_key("idempotency-replayed"));
        runs.insert(reply.body["run_id"].to_string());
    }
    assert_eq!((replayed, runs.len()), (19, 1));
    assert_eq!(fake.asked.lock().unwrap().len(), 1);
    // By another name of the language, and later.
    let reply = send_to(&app, asks("/execute/c++", "k", "x")).await;
    assert_eq!(reply.headers["idempotency-replayed"], "true");
    assert!(runs.contains(&reply.body["run_id"].to_string()));
}

#[tokio::test]
async fn another_body_or_a_wrong_key_is_refused() {
    let fake = Arc::new(Fake::default());
    let app = app(fake.clone());
    send_to(&app, asks("/execute/cpp", "k", "x")).await;
    let reply = send_to(&app, asks("/execute/cpp", "k", "y")).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (422, &json!("idempotency_key_reused"))
    );
    let reply = send_to(&app, asks("/execute/cpp", "a b", "x")).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (400, &json!("idempotency_key_invalid"))
    );
    assert_eq!(fake.asked.lock().unwrap().len(), 1);
    // Without a key nothing is remembered.
    send_to(&app, post("/execute/cpp", "text/plain", "x")).await;
    assert_eq!(fake.asked.lock().unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_busy_is_asked_again() {
    let fake = Arc::new(Fake {
        fails: Some(ServiceError::Busy {
            retry_after: Duration::ZERO,
            queue: "full".into(),
        }),
        ..Fake::default()
    });
    let app = app(fake.clone());
    for times in 1..3 {
        let reply = send_to(&app, asks("/execute/cpp", "k", "x")).await;
        assert_eq!(reply.status, 429);
        assert_eq!(fake.asked.lock().unwrap().len(), times);
    }
}

#[tokio::test]
async fn keys_and_languages_do_not_share() {
    let fake = Arc::new(Fake::default());
    let keys = entry("a", "secret-a", "") + &entry("b", "secret-b", "");
    let app = app_for(fake.clone(), rules(Some(&keys), None, Cors::None));
    for (path, secret) in [
        ("/execute/cpp", "secret-a"),
        ("/execute/cpp", "secret-b"),
        ("/execute/python", "secret-a"),
    ] {
        let reply = send_to(&app, from(asks(path, "k", "x"), secret)).await;
        assert!(!reply.headers.contains_key("idempotency-replayed"));
    }
    assert_eq!(fake.asked.lock().unwrap().len(), 3);
}

/// The run goes on, and with it the key's place; a client that asks again gets its answer.
#[tokio::test]
async fn a_client_that_goes_away_does_not_cancel_its_run() {
    let fake = waiting();
    let keys = entry("a", "secret-a", "concurrency = 1");
    let app = app_for(fake.clone(), rules(Some(&keys), None, Cors::None));
    let request = || from(asks("/execute/cpp", "k", "x"), "secret-a");
    let gone = tokio::spawn(app.clone().oneshot(request()));
    until_asked(&fake, 1).await;
    gone.abort();
    assert!(gone.await.unwrap_err().is_cancelled());
    let reply = send_to(&app, request()).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (429, &json!("too_many_at_once"))
    );
    fake.allowed.as_ref().unwrap().add_permits(1);
    let reply = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            let reply = send_to(&app, request()).await;
            if reply.status == 200 {
                return reply;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert_eq!(reply.headers["idempotency-replayed"], "true");
    assert_eq!(fake.asked.lock().unwrap().len(), 1);
    assert!(!fake.cancel.lock().unwrap().as_ref().unwrap().is_cancelled());
}
