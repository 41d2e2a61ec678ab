//! The interface without a socket: a fake service, requests in, responses out.

mod audit_lines;
mod jobs;
mod keys;
mod pages;
mod refusals;
mod sent_again;
mod stopping;

use super::*;
use crate::follow::Follow;
use crate::run::answer::{Answer, Status, Timings, UsageAnswer};
use crate::run::request::RunRequest;
use crate::run::text::Encoding;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::{Value, json};
use std::sync::Mutex;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;

/// Remembers what it was asked and answers, or fails, as told.
#[derive(Default)]
struct Fake {
    asked: Mutex<Vec<RunRequest>>,
    cancel: Mutex<Option<CancellationToken>>,
    fails: Option<ServiceError>,
    panics: bool,
    hangs: bool,
    /// New work is refused so.
    refuses: Option<ServiceError>,
    /// Who asked it to stop.
    stopped: Mutex<Vec<String>>,
    /// Each run takes one.
    allowed: Option<tokio::sync::Semaphore>,
}

/// An answer that says `hi`.
pub(super) fn answer() -> Answer {
    Answer {
        run_id: uuid::Uuid::nil(),
        language: String::new(),
        status: Status::Ok,
        limit: None,
        exit_code: Some(0),
        signal: None,
        stdout: "hi\n".into(),
        stderr: String::new(),
        output: "hi\n".into(),
        encoding: Encoding::Utf8,
        truncated: false,
        stdout_bytes: 3,
        stderr_bytes: 0,
        images: vec![],
        images_omitted: 0,
        files: vec![],
        files_omitted: 0,
        compile: None,
        judged: None,
        usage: UsageAnswer::default(),
        timings: Timings::default(),
        instance: "inst".into(),
        version: VERSION,
    }
}

impl Service for Fake {
    fn languages(&self) -> Vec<Arc<Language>> {
        assert!(!self.panics, "told to");
        crate::language::load(None, &[]).unwrap()
    }

    fn execute(
        &self,
        request: RunRequest,
        cancel: CancellationToken,
        _follow: Option<Follow>,
    ) -> Answering<'_, Result<Answer, ServiceError>> {
        let answer = Answer {
            run_id: request.run_id,
            language: request.language.name.clone(),
            ..answer()
        };
        self.asked.lock().unwrap().push(request);
        *self.cancel.lock().unwrap() = Some(cancel);
        Box::pin(async move {
            if self.hangs {
                std::future::pending::<()>().await;
            }
            if let Some(allowed) = &self.allowed {
                allowed.acquire().await.unwrap().forget();
            }
            self.fails.clone().map_or(Ok(answer), Err)
        })
    }

    fn refusal(&self) -> Option<ServiceError> {
        self.refuses.clone()
    }

    fn is_stopping(&self) -> bool {
        matches!(self.refuses, Some(ServiceError::Stopping { .. }))
    }

    fn stop(&self, by: String, _grace: Option<Duration>) -> bool {
        self.stopped.lock().unwrap().push(by);
        true
    }

    fn memory(&self) -> MemoryReport {
        MemoryReport::default()
    }

    fn pool_stats(&self) -> PoolStats {
        PoolStats::default()
    }

    fn health(&self) -> Health {
        let part = Part {
            name: "engine".into(),
            state: PartState::Down,
            detail: "gone".into(),
            for_s: 2.0,
            checked_s_ago: 1.0,
            last_error: Some("gone".into()),
            last_error_s_ago: Some(1.0),
        };
        Health {
            status: PartState::Down,
            service_state: "running",
            uptime_s: 3,
            parts: vec![part],
        }
    }

    fn readiness(&self) -> Readiness {
        Readiness {
            ready: true,
            service_state: "running",
            languages: vec![LanguageReadiness {
                language: "javascript".into(),
                offered: false,
                ready: false,
                detail: "left out: no node".into(),
            }],
        }
    }
}

struct Reply {
    status: u16,
    headers: HeaderMap,
    body: Value,
}

fn app(fake: Arc<Fake>) -> Router {
    app_for(fake, Access::open())
}

fn app_for(fake: Arc<Fake>, access: Access) -> Router {
    router(Arc::new(ApiState {
        access,
        ..state(fake)
    }))
}

fn state(fake: Arc<Fake>) -> ApiState {
    ApiState {
        service: fake,
        instance: "inst".into(),
        metrics: Arc::default(),
        limits: LimitTable::default(),
        body_bytes: 4000,
        source_bytes: 1000,
        stdin_bytes: 500,
        body_timeout: Duration::from_secs(30),
        access: Access::open(),
        runs: Runs::new(Duration::from_secs(30)),
        feeds: Feeds::default(),
        jobs: Jobs::off("a test"),
        webhooks: Webhooks::off(),
        blobs: Blobs::off("a test"),
        room: answers::Room::new(),
        idempotency: idempotency::Idempotency::new(),
    }
}

async fn send(fake: &Arc<Fake>, request: Request<Body>) -> Reply {
    send_to(&app(fake.clone()), request).await
}

/// Waits until the service was asked so often.
async fn until_asked(fake: &Fake, times: usize) {
    let asked = async {
        while fake.asked.lock().unwrap().len() < times {
            tokio::task::yield_now().await;
        }
    };
    let asked = tokio::time::timeout(Duration::from_secs(5), asked).await;
    asked.expect("the service is asked");
}

/// Asks one of which more is asked.
async fn send_to(app: &Router, request: Request<Body>) -> Reply {
    // longer than any deadline of the server's own
    let answered = tokio::time::timeout(Duration::from_secs(60), app.clone().oneshot(request));
    let response = answered.await.expect("there is an answer").unwrap();
    let (status, headers) = (response.status().as_u16(), response.headers().clone());
    let bytes = to_bytes(response.into_body(), 1 << 20).await.unwrap();
    let reply = Reply {
        status,
        headers,
        body: serde_json::from_slice(&bytes).unwrap_or(Value::Null),
    };
    for (name, value) in [
        ("x-warmbox-instance", "inst"),
        ("server", concat!("warmbox/", env!("CARGO_PKG_VERSION"))),
    ] {
        assert_eq!(reply.headers[name], value);
    }
    if status >= 400 && reply.body.get("parts").is_none() {
        assert_eq!(reply.headers["content-type"], "application/problem+json");
        assert_eq!(reply.body["status"], status);
        assert_eq!(
            reply.body["request_id"],
            reply.headers["x-request-id"].to_str().unwrap()
        );
        assert!(reply.body["type"].is_string() && reply.body["title"].is_string());
    }
    reply
}

fn post(path: &str, media_type: &str, body: impl Into<Body>) -> Request<Body> {
    Request::post(path)
        .header("content-type", media_type)
        .body(body.into())
        .unwrap()
}

async fn json_to(path: &str, body: Value) -> (Arc<Fake>, Reply) {
    let fake = Arc::new(Fake::default());
    let reply = send(&fake, post(path, "application/json", body.to_string())).await;
    (fake, reply)
}

#[tokio::test]
async fn a_program_is_executed() {
    let body = json!({
        "files": [{"name": "a.cpp", "content": "int x;"}, {"name": "d/b.bin", "content": "AP8=", "encoding": "base64"}],
        "input": "in", "args": ["-x", "y z"], "std": "c++20", "limits": {"wall_ms": 1234},
    });
    let (fake, reply) = json_to("/execute/c++", body).await;
    assert_eq!(
        (reply.status, &reply.body["status"], &reply.body["encoding"]),
        (200, &json!("ok"), &json!("utf-8"))
    );
    let asked = fake.asked.lock().unwrap();
    let request = &asked[0];
    assert_eq!(request.language.name, "cpp");
    assert_eq!(
        (
            request.files[0].path.as_str(),
            request.files[1].bytes.as_slice()
        ),
        ("a.cpp", &[0, 255][..])
    );
    assert_eq!(
        (request.stdin.as_slice(), request.args.len()),
        (&b"in"[..], 2)
    );
    assert_eq!(
        (request.std.as_deref(), request.limits.run.wall_ms),
        (Some("c++20"), 1234)
    );
    assert_eq!(
        request.request_id,
        reply.headers["x-request-id"].to_str().unwrap()
    );
    assert_eq!(reply.body["run_id"], request.run_id.to_string());
}

#[tokio::test]
async fn a_raw_body_is_the_code() {
    let fake = Arc::new(Fake::default());
    let reply = send(
        &fake,
        post("/execute/py", "text/plain; charset=UTF-8", "print('ü')"),
    )
    .await;
    assert_eq!(reply.status, 200);
    assert_eq!(fake.asked.lock().unwrap()[0].files[0].path, "main.py");
    let reply = send(&fake, post("/execute/py", "text/plain", "  \n")).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (422, &json!("empty_code"))
    );
}

#[tokio::test]
async fn errors_of_the_service_have_their_codes() {
    let second = Duration::from_millis(1500);
    for (fails, status, code, retry) in [
        (
            ServiceError::Busy {
                retry_after: second,
                queue: "cpp: 64 waiting".into(),
            },
            429,
            "busy",
            Some("2"),
        ),
        (
            ServiceError::Unavailable {
                reason: "no docker".into(),
                retry_after: Duration::ZERO,
            },
            503,
            "unavailable",
            Some("1"),
        ),
        (
            ServiceError::Internal {
                reason: "secret".into(),
            },
            500,
            "internal_error",
            None,
        ),
    ] {
        let fake = Arc::new(Fake {
            fails: Some(fails),
            ..Fake::default()
        });
        let reply = send(&fake, post("/execute/cpp", "text/plain", "x")).await;
        assert_eq!(
            (reply.status, reply.body["code"].as_str()),
            (status, Some(code))
        );
        assert_eq!(
            reply
                .headers
                .get("retry-after")
                .map(|value| value.to_str().unwrap()),
            retry
        );
        assert!(!reply.body.to_string().contains("secret"));
    }
}

#[tokio::test]
async fn a_panic_is_an_answer() {
    let fake = Arc::new(Fake {
        panics: true,
        ..Fake::default()
    });
    let reply = send(&fake, post("/execute/cpp", "text/plain", "x")).await;
    assert_eq!(
        (reply.status, &reply.body["code"]),
        (500, &json!("internal_error"))
    );
}

#[tokio::test]
async fn a_client_that_goes_away_cancels_its_run() {
    let fake = Arc::new(Fake {
        hangs: true,
        ..Fake::default()
    });
    let running = tokio::spawn(app(fake.clone()).oneshot(post("/execute/cpp", "text/plain", "x")));
    let token = tokio::time::timeout(Duration::from_secs(5), async {
        loop {
            if let Some(token) = fake.cancel.lock().unwrap().clone() {
                return token;
            }
            tokio::task::yield_now().await;
        }
    })
    .await
    .unwrap();
    assert!(!token.is_cancelled());
    running.abort();
    tokio::time::timeout(Duration::from_secs(5), token.cancelled())
        .await
        .unwrap();
}

#[tokio::test]
async fn the_clients_id_is_kept_where_it_is_harmless() {
    let fake = Arc::new(Fake::default());
    let long = "x".repeat(129);
    for (id, kept) in [
        ("abc-123", true),
        ("a b", false),
        ("", false),
        (long.as_str(), false),
    ] {
        let request = Request::get("/livez")
            .header("x-request-id", id)
            .body(Body::empty())
            .unwrap();
        let reply = send(&fake, request).await;
        assert_eq!(reply.headers["x-request-id"] == id, kept, "{id:?}");
        assert_eq!(reply.body["instance"], "inst");
        assert_eq!(reply.body["pid"], std::process::id());
    }
}

#[tokio::test]
async fn the_reports() {
    let fake = Arc::new(Fake::default());
    let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
    let languages = send(&fake, get("/languages")).await;
    let cpp = &languages.body["languages"][2];
    assert_eq!(cpp["standards"]["default"], "gnu++17");
    assert_eq!(
        (&cpp["offered"], &cpp["detail"]),
        (&json!(true), &json!(null))
    );
    let javascript = &languages.body["languages"][3];
    let left_out = (&json!(false), &json!("left out: no node"));
    assert_eq!((&javascript["offered"], &javascript["detail"]), left_out);
    assert_eq!(languages.body["limits"]["ceilings"]["wall_ms"], 60000);
    let health = send(&fake, get("/health")).await;
    assert_eq!(
        (health.status, &health.body["parts"][0]["state"]),
        (503, &json!("down"))
    );
    assert_eq!(send(&fake, get("/readyz")).await.status, 200);
    assert_eq!(send(&fake, get("/pool/stats")).await.status, 200);
}

/// A client that is still writing a body that was refused gets the answer, not a reset.
#[tokio::test]
async fn a_refused_body_does_not_break_the_connection() {
    use std::io::{Read, Write};
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let app = app(Arc::new(Fake::default()));
    let server = tokio::spawn(async move { axum::serve(listener, app).await });
    for (media_type, status) in [("text/plain", "413"), ("text/html", "415")] {
        let asking = tokio::task::spawn_blocking(move || {
            let size = 8 << 20;
            let mut client = std::net::TcpStream::connect(address).unwrap();
            client
                .set_read_timeout(Some(Duration::from_secs(10)))
                .unwrap();
            let head = format!(
                "POST /execute/cpp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: {media_type}\r\n\
                 content-length: {size}\r\n\r\n"
            );
            client.write_all(head.as_bytes()).unwrap();
            client.write_all(&vec![b'x'; size]).unwrap();
            let mut answer = String::new();
            client.read_to_string(&mut answer).unwrap();
            answer
        });
        let answer = asking.await.unwrap();
        assert!(
            answer.starts_with(&format!("HTTP/1.1 {status} ")),
            "{answer}"
        );
    }
    server.abort();
}
