//! The open network: TLS, HTTP/2, clients that are slow or many.

use super::load::program;
use crate::harness::{Options, Reply, Server, Setup, processes, usual, wait_for};
use axum::body::Bytes;
use http_body_util::{BodyExt, Full};
use hyper_util::rt::{TokioExecutor, TokioIo};
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName};
use tokio_rustls::rustls::{
    ClientConfig, ClientConnection, RootCertStore, StreamOwned, crypto::ring,
};

const DEADLINE: Duration = Duration::from_secs(20);

/// A certificate for `localhost` and its key, as files.
fn certify(folder: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    let write = |name: &str, text: String| {
        std::fs::write(folder.join(name), text).expect("it can be written");
    };
    write("cert.pem", made.cert.pem());
    write("key.pem", made.signing_key.serialize_pem());
    made.cert.der().clone()
}

fn with_tls(folder: &TempDir) -> Server {
    let path = |name: &str| folder.path().join(name).display().to_string();
    let (cert, key) = (path("cert.pem"), path("key.pem"));
    let args = [
        "--languages",
        "python",
        "--tls-cert",
        &cert,
        "--tls-key",
        &key,
    ];
    let server = Server::launch(&Options::new(Setup::Own, &args));
    wait_for(DEADLINE, "it is ready", || {
        server.told().contains("is ready at https://").then_some(())
    });
    server
}

/// Trusts that one certificate.
fn trusting(certificate: CertificateDer<'static>, protocol: &str) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).expect("a certificate");
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("protocols")
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![protocol.as_bytes().to_vec()];
    Arc::new(config)
}

fn ask_with_tls(server: &Server, certificate: CertificateDer<'static>) -> std::io::Result<String> {
    let name = ServerName::try_from("localhost").expect("a name");
    let tls = ClientConnection::new(trusting(certificate, "http/1.1"), name).expect("a client");
    let stream = TcpStream::connect(("127.0.0.1", server.port))?;
    stream.set_read_timeout(Some(DEADLINE))?;
    let mut stream = StreamOwned::new(tls, stream);
    let request =
        program("print('in secret')").replace("host: test", "host: test\r\nconnection: close");
    stream.write_all(request.as_bytes())?;
    let mut text = String::new();
    stream.read_to_string(&mut text)?;
    Ok(text)
}

#[test]
fn tls_is_spoken_its_certificate_exchanged_and_plain_http_told() {
    let folder = TempDir::new().expect("a folder");
    let first = certify(folder.path());
    let server = with_tls(&folder);
    let answer = ask_with_tls(&server, first.clone()).expect("it answers");
    assert!(answer.contains("in secret\\n"), "{answer}");
    // Whoever forgets the s is told, by a server that says which it is.
    let mut plain =
        server.send("GET /languages HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\r\n");
    let mut text = String::new();
    plain.read_to_string(&mut text).expect("it answers");
    assert!(
        text.starts_with("HTTP/1.1 400 ") && text.contains("tls_required"),
        "{text}"
    );
    assert!(
        text.to_ascii_lowercase().contains("x-warmbox-instance: "),
        "{text}"
    );
    // The health check of an image knows only where to ask.
    let asked = crate::harness::program(Setup::Own, folder.path())
        .arg("health")
        .env("WARMBOX_TLS_CERT", folder.path().join("cert.pem"))
        .env("WARMBOX_PORT", server.port.to_string())
        .output()
        .expect("it ends");
    assert!(asked.status.success(), "{asked:?}");
    // Another certificate, without a restart.
    let second = certify(folder.path());
    processes::signal(server.pid(), "HUP");
    wait_for(DEADLINE, "the new certificate is used", || {
        ask_with_tls(&server, second.clone()).ok()
    });
    ask_with_tls(&server, first).expect_err("the old one is not used any more");
    // One that is wrong changes nothing.
    std::fs::write(folder.path().join("cert.pem"), "nothing").expect("it can be written");
    processes::signal(server.pid(), "HUP");
    wait_for(DEADLINE, "it is told", || {
        server
            .log()
            .contains("there is no certificate in it")
            .then_some(())
    });
    ask_with_tls(&server, second).expect("it answers as before");
}

#[test]
fn a_wrong_certificate_ends_the_start() {
    let folder = TempDir::new().expect("a folder");
    certify(folder.path());
    std::fs::write(folder.path().join("key.pem"), "nothing").expect("it can be written");
    let path = |name: &str| folder.path().join(name).display().to_string();
    let args = [
        "--tls-cert",
        &path("cert.pem"),
        "--tls-key",
        &path("key.pem"),
    ];
    let output = crate::harness::program(usual(), folder.path())
        .args(["serve", "--port", "0"])
        .args(args)
        .output()
        .expect("it ends");
    let text = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{text}");
    assert!(
        text.contains("tls_key") && text.contains("it must hold a private key in PEM"),
        "{text}"
    );
}

/// Requests on one HTTP/2 connection, at once.
async fn with_http2<S>(stream: S, many: usize) -> Vec<Value>
where
    S: tokio::io::AsyncRead + tokio::io::AsyncWrite + Unpin + Send + 'static,
{
    let (sender, connection) =
        hyper::client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream))
            .await
            .expect("HTTP/2");
    let driving = tokio::spawn(connection);
    let asking: Vec<_> = (0..many)
        .map(|number| {
            let mut sender = sender.clone();
            tokio::spawn(async move {
                let request = hyper::Request::post("http://localhost/execute/python")
                    .header("content-type", "text/plain")
                    .body(Full::new(Bytes::from(format!("print({number})"))))
                    .expect("a request");
                let response = sender.send_request(request).await.expect("an answer");
                assert_eq!(response.status(), 200);
                let bytes = response
                    .into_body()
                    .collect()
                    .await
                    .expect("a body")
                    .to_bytes();
                serde_json::from_slice(&bytes).expect("JSON")
            })
        })
        .collect();
    let mut answers = Vec::new();
    for asked in asking {
        answers.push(asked.await.expect("an answer"));
    }
    driving.abort();
    answers
}

fn in_order(answers: &[Value]) {
    for (number, answer) in answers.iter().enumerate() {
        assert_eq!(answer["stdout"], format!("{number}\n"), "{answer}");
    }
}

#[test]
fn http2_is_spoken_with_tls_and_without() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let server = Server::with(Setup::Own, &["--languages", "python"]);
    in_order(&runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await;
        with_http2(stream.expect("it listens"), 20).await
    }));
    let folder = TempDir::new().expect("a folder");
    let certificate = certify(folder.path());
    let server = with_tls(&folder);
    in_order(&runtime.block_on(async {
        let stream = tokio::net::TcpStream::connect(("127.0.0.1", server.port)).await;
        let tls = tokio_rustls::TlsConnector::from(trusting(certificate, "h2"));
        let name = ServerName::try_from("localhost").expect("a name");
        let stream = tls.connect(name, stream.expect("it listens")).await;
        with_http2(stream.expect("a handshake"), 20).await
    }));
}

/// Waits until the server closes the connection, and answers how long that took.
fn closed_after(mut stream: TcpStream) -> Duration {
    stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    let start = Instant::now();
    let mut rest = Vec::new();
    if let Err(error) = stream.read_to_end(&mut rest) {
        let reset = error.kind() == std::io::ErrorKind::ConnectionReset;
        assert!(reset, "it is not closed: {error}");
    }
    start.elapsed()
}

#[test]
fn slow_clients_are_cut_off_and_quick_ones_do_not_notice() {
    let args = [
        "--languages",
        "python",
        "--header-timeout",
        "500ms",
        "--max-connections",
        "8",
    ];
    let server = Server::with(Setup::Own, &args);
    // None says anything, half a head, a head byte by byte: all places are taken.
    let silent: Vec<_> = (0..4).map(|_| server.send("")).collect();
    let halves: Vec<_> = (0..2)
        .map(|_| server.send("GET /livez HTTP/1.1\r\nho"))
        .collect();
    let mut drop_by_drop = server.send("G");
    let dripping = std::thread::spawn(move || {
        let start = Instant::now();
        while start.elapsed() < DEADLINE && drop_by_drop.write_all(b"x").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
        start.elapsed()
    });
    let got = server.execute("python", &json!({"code": "print('served')"}));
    assert_eq!(got["stdout"], "served\n");
    for stream in silent.into_iter().chain(halves) {
        let took = closed_after(stream);
        assert!(took < Duration::from_secs(5), "{took:?}");
    }
    let took = dripping.join().expect("it ends");
    assert!(took < Duration::from_secs(5), "{took:?}");
}

#[test]
fn a_connection_may_rest_between_requests_and_wait_for_a_long_run() {
    let args = ["--languages", "python", "--header-timeout", "300ms"];
    let server = Server::with(Setup::Own, &args);
    let mut stream = server.send("");
    stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
    for code in [
        "import time\ntime.sleep(1)\nprint('slow')",
        "print('quick')",
    ] {
        stream
            .write_all(program(code).as_bytes())
            .expect("it is open");
        let mut seen = Vec::new();
        let mut bytes = [0; 4096];
        while !String::from_utf8_lossy(&seen).contains("\"version\":") {
            let size = stream.read(&mut bytes).expect("an answer");
            assert_ne!(size, 0, "it is closed");
            seen.extend_from_slice(&bytes[..size]);
        }
        // Longer than a head may take.
        std::thread::sleep(Duration::from_millis(700));
    }
}

#[test]
fn more_connections_than_there_may_be_wait_and_are_served() {
    let args = ["--languages", "python", "--max-connections", "4"];
    let server = Server::with(Setup::Own, &args);
    let held: Vec<_> = (0..3).map(|_| server.send("GET /livez HT")).collect();
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..16)
            .map(|_| {
                scope.spawn(|| {
                    let request = program("print(1)")
                        .replace("host: test", "host: test\r\nconnection: close");
                    crate::harness::read_to_end(server.send(&request))
                })
            })
            .collect();
        for answer in asked {
            let answer = answer.join().expect("an answer");
            assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
        }
    });
    drop(held);
    let text = server.get("/metrics").text;
    assert!(text.contains("warmbox_connections_max 4"), "{text}");
}

/// A trace that began elsewhere goes on in our log.
#[test]
fn a_trace_that_began_elsewhere_goes_on_in_the_log() {
    let server = Server::with(usual(), &["--languages", "python"]);
    let trace = "4bf92f3577b34da6a3ce929d0e0e4736";
    let parent = format!("00-{trace}-00f067aa0ba902b7-01");
    let ask = |traceparent: &str| -> Reply {
        let headers = [("content-type", "text/plain"), ("traceparent", traceparent)];
        server.post("/execute/python", &headers, b"print(1)")
    };
    assert_eq!(ask(&parent).status, 200);
    wait_for(DEADLINE, "the trace is in the log", || {
        server
            .log()
            .contains(&format!("trace_id=\"{trace}\""))
            .then_some(())
    });
    // What is not one is left out, and does no harm.
    assert_eq!(ask("00-zz-\"-01").status, 200);
    assert_eq!(
        server.log().matches("trace_id").count(),
        server.log().matches(trace).count()
    );
}
