//! Traces: a request's span goes to the collector that is named, as a part of the trace that its
//! client began. `cargo test --features otel --test otel`.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const DEADLINE: Duration = Duration::from_secs(60);
const TRACE: &str = "4bf92f3577b34da6a3ce929d0e0e4736";

/// Ended with the test.
struct Server(Child);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[test]
fn a_request_is_a_span_of_its_clients_trace() {
    let collector = TcpListener::bind("127.0.0.1:0").expect("a port");
    let endpoint = format!("http://{}", collector.local_addr().expect("an address"));
    let free = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = free.local_addr().expect("an address").port();
    drop(free);
    let server = Command::new(env!("CARGO_BIN_EXE_warmbox"))
        .args(["serve", "--engine", "embedded", "--languages", "python"])
        .args([
            "--port",
            &port.to_string(),
            "--start-timeout",
            "0",
            "--state-dir",
            "",
        ])
        .env("OTEL_EXPORTER_OTLP_ENDPOINT", endpoint)
        .env("OTEL_BSP_SCHEDULE_DELAY", "100")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn();
    let _server = Server(server.expect("the server starts"));
    let start = Instant::now();
    let mut asked = loop {
        match TcpStream::connect(("127.0.0.1", port)) {
            Ok(stream) => break stream,
            Err(error) => assert!(start.elapsed() < DEADLINE, "{error}"),
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    let request = format!(
        "GET /languages HTTP/1.1\r\nhost: test\r\nconnection: close\r\ntraceparent: 00-{TRACE}-00f067aa0ba902b7-01\r\n\r\n"
    );
    asked.write_all(request.as_bytes()).expect("it is sent");
    let mut answer = String::new();
    asked.read_to_string(&mut answer).expect("it answers");
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
    let trace: Vec<u8> = (0..16)
        .map(|at| u8::from_str_radix(&TRACE[2 * at..2 * at + 2], 16).expect("a number"))
        .collect();
    // The server asks itself at its start, so ours need not be in the first batch.
    collector.set_nonblocking(true).expect("a mode");
    loop {
        assert!(start.elapsed() < DEADLINE, "the trace did not come");
        let Ok((stream, _)) = collector.accept() else {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        };
        let batch = receive(stream);
        let has = |bytes: &[u8]| batch.windows(bytes.len()).any(|part| part == bytes);
        assert!(
            batch.starts_with(b"POST /v1/traces "),
            "{}",
            String::from_utf8_lossy(&batch)
        );
        if has(&trace) {
            assert!(has(b"request") && has(b"warmbox"));
            return;
        }
    }
}

/// One request, which is answered.
fn receive(mut stream: TcpStream) -> Vec<u8> {
    stream.set_nonblocking(false).expect("a mode");
    stream
        .set_read_timeout(Some(Duration::from_secs(10)))
        .expect("a deadline");
    let (mut seen, mut bytes) = (Vec::new(), [0; 65536]);
    loop {
        let size = stream.read(&mut bytes).unwrap_or(0);
        seen.extend_from_slice(&bytes[..size]);
        let text = String::from_utf8_lossy(&seen).to_ascii_lowercase();
        let length = text
            .split("content-length: ")
            .nth(1)
            .and_then(|rest| rest.split("\r\n").next()?.parse::<usize>().ok());
        let head = seen.windows(4).position(|four| four == b"\r\n\r\n");
        let whole = head
            .zip(length)
            .is_some_and(|(head, length)| seen.len() >= head + 4 + length);
        if whole || size == 0 {
            break;
        }
    }
    let _ = stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n");
    seen
}
