//! One line for each run, and for each request that came to none, with no secret in it.

use super::jobs::{send_job, with_jobs};
use super::*;
use crate::access::tests::{entry, rules};
use crate::config::{AccessSettings, Cors};
use axum::extract::ConnectInfo;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::OnceLock;

#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Lines {
    /// Listens to this thread alone.
    fn listen(&self) -> tracing::subscriber::DefaultGuard {
        // While there is one subscriber only, a line that another test's thread comes to first is
        // judged by that thread, where nobody listens, and then left out everywhere.
        static SECOND: OnceLock<tracing::Dispatch> = OnceLock::new();
        SECOND.get_or_init(|| tracing::Dispatch::new(tracing_subscriber::registry()));
        let lines = self.clone();
        let subscriber = tracing_subscriber::fmt()
            .json()
            .flatten_event(true)
            .with_env_filter("warmbox=debug")
            .with_writer(move || lines.clone())
            .finish();
        tracing::subscriber::set_default(subscriber)
    }

    /// All lines, and of these the audit's.
    fn read(&self) -> (String, Vec<Value>) {
        let text = String::from_utf8(self.0.lock().unwrap().clone()).unwrap();
        let all = text.lines().map(|line| serde_json::from_str(line).unwrap());
        let of_audit = all.filter(|line: &Value| line["target"] == "warmbox::audit");
        let found = of_audit.collect();
        (text, found)
    }
}

fn run(secret: &str, body: &'static str) -> Request<Body> {
    let mut request = post("/execute/py", "text/plain", body);
    request
        .headers_mut()
        .insert("x-api-key", secret.parse().unwrap());
    let address: SocketAddr = "192.0.2.7:1234".parse().unwrap();
    request.extensions_mut().insert(ConnectInfo(address));
    request
}

#[tokio::test]
async fn a_run_is_written_down() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let keys = entry("site", "wbx_secret", "");
    let app = app_for(Arc::default(), rules(Some(&keys), None, Cors::None));
    let reply = send_to(&app, run("wbx_secret", "abc")).await;
    let (text, audit) = lines.read();
    let [line] = &*audit else { panic!("{audit:?}") };
    for (field, value) in [
        ("outcome", json!("executed")),
        ("key", json!("site")),
        ("client", json!("192.0.2.7:1234")),
        ("run_id", reply.body["run_id"].clone()),
        (
            "request_id",
            json!(reply.headers["x-request-id"].to_str().unwrap()),
        ),
        ("language", json!("python")),
        ("status", json!("ok")),
        // FIPS 180-4's own example
        (
            "code_sha256",
            json!("ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
        ),
        ("code_bytes", json!(3)),
        ("wall_ms", json!(0.0)),
        ("total_ms", json!(0.0)),
        ("code", Value::Null),
    ] {
        assert_eq!(line[field], value, "{field}");
    }
    assert!(!text.contains("wbx_secret"));
}

#[tokio::test]
async fn the_source_is_written_where_it_was_asked_for() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let settings = AccessSettings {
        keys_file: None,
        admin_token_file: None,
        cors: Cors::None,
        audit_code: true,
    };
    let app = app_for(Arc::default(), Access::load(&settings).unwrap());
    send_to(&app, run("x", "print(1)")).await;
    let files =
        json!({"files": [{"name": "a.py", "content": "1"}, {"name": "b.py", "content": "2"}]});
    send_to(
        &app,
        post("/execute/py", "application/json", files.to_string()),
    )
    .await;
    let (_, audit) = lines.read();
    assert_eq!(
        (&audit[0]["code"], &audit[0]["key"]),
        (&json!("print(1)"), &json!("-"))
    );
    assert_eq!(audit[1]["code"], "==> a.py <==\n1==> b.py <==\n2");
    // printf 1 >a.py; printf 2 >b.py; sha256sum a.py b.py | sha256sum
    assert_eq!(
        audit[1]["code_sha256"],
        "30123f08a3f54bd273ea55cd3b5d1254d2b1df0445bc9326c88f1c88c125a1ae"
    );
    assert_eq!(
        (&audit[1]["code_files"], &audit[1]["client"]),
        (&json!(2), &json!("-"))
    );
}

#[tokio::test]
async fn what_was_refused_or_cancelled_is_written_down() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let fake = Arc::new(Fake {
        hangs: true,
        ..Fake::default()
    });
    let keys = entry("site", "wbx_secret", "");
    let app = app_for(fake.clone(), rules(Some(&keys), None, Cors::None));
    send_to(&app, run("wbx_wrong", "x")).await;
    send_to(&app, run("wbx_secret", " ")).await;
    let running = tokio::spawn(app.clone().oneshot(run("wbx_secret", "x")));
    until_asked(&fake, 1).await;
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let (text, audit) = lines.read();
    let told = |at: usize| {
        let word = |field: &str| audit[at][field].as_str().unwrap_or("").to_owned();
        (word("outcome"), word("key"), word("problem"))
    };
    let words = |a: &str, b: &str, c: &str| (a.to_owned(), b.to_owned(), c.to_owned());
    assert_eq!(told(0), words("refused", "-", "key_unknown"));
    assert_eq!(told(1), words("refused", "site", "empty_code"));
    assert_eq!(told(2), words("cancelled", "site", ""));
    assert_eq!(audit.len(), 3);
    assert!(!text.contains("wbx_"));
}

#[tokio::test]
async fn an_answer_that_was_there_is_no_run() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let app = app(Arc::default());
    for _ in 0..2 {
        let mut request = run("x", "x");
        let headers = request.headers_mut();
        headers.insert("idempotency-key", "k".parse().unwrap());
        send_to(&app, request).await;
    }
    let (_, audit) = lines.read();
    let outcomes: Vec<_> = audit.iter().map(|line| line["outcome"].clone()).collect();
    assert_eq!(outcomes, ["executed", "replayed"]);
}

#[tokio::test]
async fn jobs_are_written_down_though_their_client_goes_away() {
    let lines = Lines::default();
    let _listening = lines.listen();
    let folder = crate::folder::tests::closed();
    let (_fake, app, jobs) = with_jobs(&folder, Access::open()).await;
    let body = r#"{"jobs": [{"language": "cpp", "code": "1"}, {"language": "cpp", "code": "2"}]}"#;
    let mut asking = tokio::spawn(app.oneshot(send_job(body, &[])));
    // Until they are on disk, which is a moment before anybody can be told.
    let stored = || jobs.figures().is_some_and(|it| it.totals.submitted > 0);
    while !stored() && !asking.is_finished() {
        tokio::task::yield_now().await;
    }
    asking.abort();
    let _ = (&mut asking).await;
    let accepted = async {
        loop {
            let (_, audit) = lines.read();
            let found = audit.into_iter().find(|line| line["outcome"] == "accepted");
            match found {
                Some(line) => return line,
                None => tokio::time::sleep(Duration::from_millis(2)).await,
            }
        }
    };
    let line = tokio::time::timeout(Duration::from_secs(20), accepted).await;
    assert_eq!(line.expect("a line")["jobs"], 2);
}
