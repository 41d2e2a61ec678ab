//! Whom the ends of jobs are told: a receiver of the test's own.

use super::{Shelf, prints};
use crate::harness::{Server, check, processes, wait_for};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit, Mac};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

const SECRET: [u8; 32] = [7; 32];

/// What was told.
#[derive(Debug, Clone)]
struct Message {
    line: String,
    headers: HashMap<String, String>,
    body: Vec<u8>,
}

/// Answers with each status in turn, and with the last one for ever.
struct Receiver {
    port: u16,
    messages: Arc<Mutex<Vec<Message>>>,
}

impl Receiver {
    fn answering(statuses: &[&str]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        Self::on(listener, statuses)
    }

    fn on(listener: TcpListener, statuses: &[&str]) -> Self {
        let port = listener.local_addr().expect("an address").port();
        let messages: Arc<Mutex<Vec<Message>>> = Arc::default();
        let (noted, statuses) = (
            messages.clone(),
            statuses.iter().map(ToString::to_string).collect::<Vec<_>>(),
        );
        std::thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let Ok(stream) = stream else { return };
                let status = &statuses[number.min(statuses.len() - 1)];
                converse(stream, status, &noted);
            }
        });
        Self { port, messages }
    }

    fn url(&self) -> String {
        format!("http://127.0.0.1:{}/hook?x=1", self.port)
    }

    fn messages(&self) -> Vec<Message> {
        self.messages.lock().expect("nobody panicked").clone()
    }

    fn wait_for(&self, count: usize) -> Vec<Message> {
        wait_for(Duration::from_secs(30), "the receiver is told", || {
            let messages = self.messages();
            (messages.len() >= count).then_some(messages)
        })
    }
}

fn converse(stream: TcpStream, status: &str, noted: &Mutex<Vec<Message>>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(10)));
    let mut reader = BufReader::new(stream);
    let Some(message) = read(&mut reader) else {
        return;
    };
    noted.lock().expect("nobody panicked").push(message);
    let more = if status.starts_with('3') {
        "location: http://127.0.0.1:1/\r\n"
    } else {
        ""
    };
    // A body without end, which nobody is to read.
    let answer = format!("HTTP/1.1 {status}\r\n{more}connection: close\r\n\r\nnever mind");
    let _ = reader.get_mut().write_all(answer.as_bytes());
}

fn read(reader: &mut impl BufRead) -> Option<Message> {
    let mut line = String::new();
    reader
        .read_line(&mut line)
        .ok()
        .filter(|bytes| *bytes > 0)?;
    let mut headers = HashMap::new();
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let Some((name, value)) = header.trim_end().split_once(": ") else {
            break;
        };
        headers.insert(name.to_ascii_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length")?.parse().ok()?;
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let line = line.trim_end().to_owned();
    Some(Message {
        line,
        headers,
        body,
    })
}

impl Message {
    /// What it says, if it is signed as the standard says.
    #[track_caller]
    fn verified(&self) -> Value {
        let header = |name: &str| self.headers.get(name).expect("a header").as_str();
        let (id, timestamp) = (header("webhook-id"), header("webhook-timestamp"));
        let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).expect("a key");
        mac.update(format!("{id}.{timestamp}.").as_bytes());
        mac.update(&self.body);
        let expected = format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes()));
        assert_eq!(header("webhook-signature"), expected);
        let now = std::time::SystemTime::now()
            .duration_since(std::time::UNIX_EPOCH)
            .expect("after 1970")
            .as_secs();
        assert!(now.abs_diff(timestamp.parse().expect("a number")) < 60);
        assert_eq!(header("content-type"), "application/json");
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        assert_eq!(body["id"], id);
        body
    }
}

fn shelf(more: &[&str]) -> Shelf {
    let shelf = Shelf::new(more);
    let secret = format!("whsec_{}\n", STANDARD.encode(SECRET));
    std::fs::write(shelf.path("secret"), secret).expect("it is ours");
    let mut args = shelf.args.clone();
    args.extend(["--webhook-secret-file".to_owned(), shelf.path("secret")]);
    Shelf { args, ..shelf }
}

fn telling(url: &str) -> Value {
    let mut job = prints("told");
    job["callback_url"] = url.into();
    job
}

/// The job once its callback is in this state.
fn callback(server: &Server, id: &str, state: &str) -> Value {
    let begun = Instant::now();
    loop {
        let job = server.find(id);
        if job["callback"]["state"] == state {
            return job;
        }
        assert!(begun.elapsed() < Duration::from_secs(30), "{job:#}");
        std::thread::sleep(Duration::from_millis(5));
    }
}

#[test]
fn an_end_is_told_signed_and_again_until_it_is_heard() {
    let receiver = Receiver::answering(&["500 Oh no", "302 Elsewhere", "204 No Content"]);
    let shelf = shelf(&["--webhook-allow-private", "true"]);
    let server = shelf.server();
    let id = server.job(&telling(&receiver.url()));
    let messages = receiver.wait_for(1);
    assert_eq!(messages[0].line, "POST /hook?x=1 HTTP/1.1");
    let body = messages[0].verified();
    check(
        "what is told",
        &body,
        &json!({"id": id, "status": "done", "result": {"stdout": "told\n"}}),
    );
    let messages = receiver.wait_for(3);
    assert_eq!(messages[2].headers["webhook-id"], id);
    messages[1].verified();
    messages[2].verified();
    let job = callback(&server, &id, "delivered");
    check(
        "it was told",
        &job["callback"],
        &json!({"attempts": 3, "next_at": null, "last_error": {"has": "302"}}),
    );
    // Heard once, it is not told again.
    std::thread::sleep(Duration::from_millis(300));
    assert_eq!(receiver.messages().len(), 3);
    let text = server.get("/metrics").text;
    for line in [
        "warmbox_webhooks_total{outcome=\"delivered\"} 1",
        "warmbox_webhooks_total{outcome=\"again\"} 2",
    ] {
        assert!(text.lines().any(|it| it == line), "{line} in\n{text}");
    }
    // Whoever is gone is not asked again.
    let gone = Receiver::answering(&["410 Gone"]);
    let id = server.job(&telling(&gone.url()));
    let job = callback(&server, &id, "failed");
    check(
        "gone",
        &job["callback"],
        &json!({"attempts": 1, "last_error": {"has": "410"}}),
    );
}

#[test]
fn a_cancelled_job_is_told_and_a_large_result_is_left_out() {
    let receiver = Receiver::answering(&["200 OK"]);
    let shelf = shelf(&["--webhook-allow-private", "true", "--jobs-concurrency", "1"]);
    let server = shelf.server();
    let mut large = telling(&receiver.url());
    large["code"] = "print('x' * 400_000)".into();
    let id = server.job(&large);
    let told = receiver.wait_for(1)[0].verified();
    check(
        "large",
        &told,
        &json!({"id": id, "status": "done", "result": null, "result_omitted": true}),
    );
    assert_eq!(server.find(&id)["result"]["stdout_bytes"], 400_001);
    let mut long = telling(&receiver.url());
    long["code"] = "import time; time.sleep(9)".into();
    let (long, queued) = (server.job(&long), server.job(&telling(&receiver.url())));
    server.delete(&queued);
    server.delete(&long);
    let messages = receiver.wait_for(3);
    for message in &messages[1..] {
        check(
            "cancelled",
            &message.verified(),
            &json!({"status": "cancelled", "result": null}),
        );
    }
}

#[test]
fn what_was_not_heard_is_told_by_the_next_server() {
    // Nobody listens there for now.
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    drop(listener);
    let shelf = shelf(&["--webhook-allow-private", "true"]);
    let server = shelf.server();
    let id = server.job(&telling(&format!("http://localhost:{port}/")));
    wait_for(Duration::from_secs(10), "it was tried", || {
        (server.find(&id)["callback"]["attempts"].as_u64() >= Some(1)).then_some(())
    });
    check(
        "not heard",
        &server.find(&id)["callback"],
        &json!({"state": "pending", "last_error": {"has": "reached"}}),
    );
    processes::signal(server.pid(), "KILL");
    server.wait_for_exit(Duration::from_secs(5));
    let listener = TcpListener::bind(("127.0.0.1", port)).expect("it is free again");
    let receiver = Receiver::on(listener, &["200 OK"]);
    let next = shelf.server();
    assert_eq!(receiver.wait_for(1)[0].verified()["id"], id);
    callback(&next, &id, "delivered");
}

#[test]
fn nothing_is_told_to_addresses_that_clients_have_no_business_with() {
    let receiver = Receiver::answering(&["200 OK"]);
    let shelf = shelf(&[]);
    let server = shelf.server();
    let port = receiver.port;
    for (url, says) in [
        (format!("http://127.0.0.1:{port}/"), "127.0.0.1"),
        (format!("http://2130706433:{port}/"), "127.0.0.1"),
        (format!("http://0x7f.1:{port}/"), "127.0.0.1"),
        (format!("http://[::1]:{port}/"), "::1"),
        (
            format!("http://[::ffff:127.0.0.1]:{port}/"),
            "::ffff:127.0.0.1",
        ),
        (
            "http://169.254.169.254/latest/meta-data/".to_owned(),
            "169.254.169.254",
        ),
        ("http://10.0.0.1/".to_owned(), "10.0.0.1"),
        (format!("http://user:secret@a.example:{port}/"), "password"),
        ("ftp://a.example/".to_owned(), "https://"),
        ("nonsense".to_owned(), "not a URL"),
    ] {
        let reply = server.submit(&telling(&url));
        let answer = reply.json();
        assert_eq!(
            (reply.status, &answer["code"], &answer["field"]),
            (422, &json!("callback_refused"), &json!("callback_url")),
            "{url}: {answer:#}"
        );
        assert!(
            answer["detail"]
                .as_str()
                .is_some_and(|it| it.contains(says)),
            "{answer:#}"
        );
    }
    // A name is judged by what it leads to when something is to be told.
    let id = server.job(&telling(&format!("http://localhost:{port}/")));
    let job = callback(&server, &id, "failed");
    check(
        "localhost",
        &job["callback"],
        &json!({"attempts": 1, "last_error": {"has": "not a public address"}}),
    );
    assert_eq!(job["status"], "done");
    assert!(receiver.messages().is_empty());
}

#[test]
fn a_receiver_that_says_nothing_holds_up_nobody_else() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = silent.local_addr().expect("an address").port();
    let receiver = Receiver::answering(&["200 OK"]);
    let shelf = shelf(&["--webhook-allow-private", "true"]);
    let server = shelf.server();
    let waits = server.job(&telling(&format!("http://127.0.0.1:{port}/")));
    server.ended(&waits);
    let id = server.job(&telling(&receiver.url()));
    let began = Instant::now();
    callback(&server, &id, "delivered");
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let job = wait_for(Duration::from_secs(30), "it is given up for now", || {
        let job = server.find(&waits);
        (job["callback"]["attempts"] == 1).then_some(job)
    });
    check(
        "silent",
        &job["callback"],
        &json!({"state": "pending", "last_error": {"has": "within 10 s"}}),
    );
}

#[test]
fn a_receiver_with_tls_is_believed_by_its_certificate() {
    let certified =
        rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).expect("a certificate");
    let shelf = shelf(&["--webhook-allow-private", "true"]);
    std::fs::write(shelf.path("ca.pem"), certified.cert.pem()).expect("it is ours");
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::{ServerConfig, ServerConnection, StreamOwned, crypto};
    let key = PrivateKeyDer::try_from(certified.signing_key.serialize_der()).expect("a key");
    let config = ServerConfig::builder_with_provider(Arc::new(crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certified.cert.der().clone()], key)
        .expect("a pair");
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    let messages: Arc<Mutex<Vec<Message>>> = Arc::default();
    let noted = messages.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(stream) = stream else { return };
            let connection = ServerConnection::new(config.clone()).expect("a connection");
            let mut reader = BufReader::new(StreamOwned::new(connection, stream));
            if let Some(message) = read(&mut reader) {
                noted.lock().expect("nobody panicked").push(message);
                let _ = reader
                    .get_mut()
                    .write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n");
            }
        }
    });
    let url = format!("https://localhost:{port}/");
    // By nobody's word it is not believed.
    let strict = shelf.server();
    let id = strict.job(&telling(&url));
    wait_for(Duration::from_secs(10), "it was tried", || {
        let callback = strict.find(&id)["callback"].clone();
        let error = callback["last_error"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        error.contains("TLS").then_some(())
    });
    assert!(messages.lock().expect("nobody panicked").is_empty());
    drop(strict);
    let mut args = shelf.args.clone();
    args.extend(["--webhook-ca-file".to_owned(), shelf.path("ca.pem")]);
    let shelf = Shelf { args, ..shelf };
    let server = shelf.server();
    callback(&server, &id, "delivered");
    assert_eq!(
        messages.lock().expect("nobody panicked")[0].verified()["id"],
        id
    );
}

#[test]
fn a_secret_that_cannot_be_used_is_told_at_the_start() {
    let shelf = Shelf::new(&[]);
    std::fs::write(shelf.path("secret"), "too simple").expect("it is ours");
    let folder = crate::harness::open_folder();
    let output = crate::harness::program(crate::harness::usual(), folder.path())
        .args([
            "serve",
            "--port",
            "0",
            "--webhook-secret-file",
            &shelf.path("secret"),
        ])
        .output()
        .expect("warmbox starts");
    let words = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{words}");
    assert!(
        words.contains("webhook_secret_file") && words.contains("whsec_"),
        "{words}"
    );
}
