//! The client's side of a server.

use super::Server;
use serde_json::{Value, json};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// No answer takes longer than this: the longest limit of any test, with room.
const DEADLINE: Duration = Duration::from_secs(60);
/// What a pool may take to fill itself, beside other tests.
const FULL: Duration = Duration::from_secs(20);

/// And an interpreter to import what it imports.
const PREPARED: Duration = Duration::from_secs(20);

/// One answer, whatever its status.
#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) text: String,
    headers: ureq::http::HeaderMap,
}

impl Reply {
    pub(crate) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text)
            .unwrap_or_else(|error| panic!("{error}: status {}, {}", self.status, self.text))
    }
}

pub(super) fn agent() -> ureq::Agent {
    ureq::Agent::config_builder()
        .http_status_as_error(false)
        .timeout_global(Some(DEADLINE))
        .build()
        .into()
}

fn reply(response: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Reply {
    let response = response.expect("the server answers");
    let (parts, mut body) = response.into_parts();
    let bytes = body.with_config().limit(256 << 20).read_to_vec();
    Reply {
        status: parts.status.as_u16(),
        text: String::from_utf8(bytes.expect("the answer is whole")).expect("it is UTF-8"),
        headers: parts.headers,
    }
}

impl Server {
    pub(crate) fn get(&self, path: &str) -> Reply {
        reply(self.agent.get(format!("{}{path}", self.url)).call())
    }

    pub(crate) fn get_with(&self, path: &str, headers: &[(&str, &str)]) -> Reply {
        let mut request = self.agent.get(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.call())
    }

    /// Posts a body with these headers and no others of its kind.
    pub(crate) fn post(&self, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Reply {
        let mut request = self.agent.post(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        reply(request.send(body))
    }

    /// Asks in any way; `None` where the server is gone before it has answered.
    pub(crate) fn ask(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<Reply> {
        let mut request = ureq::http::Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request = request.body(body.to_vec()).expect("a request");
        let response = self.agent.run(request).ok()?;
        let (parts, mut body) = response.into_parts();
        let bytes = body.with_config().limit(256 << 20).read_to_vec().ok()?;
        Some(Reply {
            status: parts.status.as_u16(),
            text: String::from_utf8(bytes).ok()?,
            headers: parts.headers,
        })
    }

    pub(crate) fn post_json(&self, path: &str, body: &Value) -> Reply {
        let json = [("content-type", "application/json")];
        self.post(path, &json, body.to_string().as_bytes())
    }

    /// Executes a program and answers what it did; fails on any status but 200.
    #[track_caller]
    pub(crate) fn execute(&self, language: &str, request: &Value) -> Value {
        let reply = self.post_json(&format!("/execute/{language}"), request);
        assert_eq!(reply.status, 200, "{} for {request}", reply.text);
        reply.json()
    }

    /// Has the one runner of a Python server hold all interpreters ready that it can.
    pub(crate) fn prepare_all(&self) {
        let code = "import sys\nthere = 'numpy' in sys.modules\ntry:\n    import numpy\n\
                    except ImportError:\n    there = True\nprint(there)";
        let start = Instant::now();
        while self.execute("python", &json!({ "code": code }))["stdout"] != "True\n" {
            assert!(start.elapsed() < PREPARED, "none has come to stand");
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// The figures of one language's pool.
    pub(crate) fn pool(&self, language: &str) -> Value {
        self.get("/pool/stats").json()["languages"][language].take()
    }

    /// Waits until this many runners are ready and nothing is under way.
    pub(crate) fn wait_until_full(&self, language: &str, idle: u64) {
        self.wait_until_full_within(language, idle, FULL);
    }

    /// The same, within a deadline of the test's own.
    #[track_caller]
    pub(crate) fn wait_until_full_within(&self, language: &str, idle: u64, deadline: Duration) {
        let mut last = Value::Null;
        let start = Instant::now();
        while start.elapsed() < deadline {
            last = self.pool(language);
            let at_rest = ["busy", "recycling", "starting"];
            if last["idle"] == idle && at_rest.iter().all(|figure| last[*figure] == 0) {
                return;
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("{language} has not {idle} idle runners within {deadline:?}: {last:#}");
    }

    /// A connection on which a request was sent and nothing was read, to be dropped or read.
    pub(crate) fn send_and_hold(&self, language: &str, request: &Value) -> TcpStream {
        let body = request.to_string();
        let head = format!(
            "POST /execute/{language} HTTP/1.1\r\nhost: test\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.send(&format!("{head}{body}"))
    }

    /// A connection on which these bytes were sent and nothing was read.
    pub(crate) fn send(&self, text: &str) -> TcpStream {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        let deadline = stream.set_read_timeout(Some(DEADLINE));
        deadline.expect("a deadline can be set");
        stream.write_all(text.as_bytes()).expect("they are sent");
        stream
    }
}

/// Everything that comes until the server closes the connection.
pub(crate) fn read_to_end(mut stream: TcpStream) -> String {
    let mut text = String::new();
    stream
        .read_to_string(&mut text)
        .expect("the answer is whole");
    text
}
