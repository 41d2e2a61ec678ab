//! An HTTP client that costs next to nothing: one kept-alive connection, requests prepared ahead.
//! On two cores whatever the client takes is missing to the server.

use anyhow::Context;
use serde_json::Value;
use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant, SystemTime};

const ANSWER_DEADLINE: Duration = Duration::from_secs(60);
const BODY_FOLLOWS: &[u8] = b"\r\n\r\n";
const LAST_CHUNK: &[u8] = b"\r\n0\r\n\r\n";

/// A request as it goes over the wire.
#[derive(Clone)]
pub(crate) struct Request(Vec<u8>);

impl Request {
    /// Asks for the execution of a program: `body` is what docs/api.md describes.
    pub(crate) fn execute(language: &str, body: &Value) -> Self {
        Self::new(language, body, "application/json")
    }

    /// The same, answered by events.
    pub(crate) fn follow(language: &str, body: &Value) -> Self {
        Self::new(language, body, "text/event-stream")
    }

    fn new(language: &str, body: &Value, accept: &str) -> Self {
        let body = body.to_string();
        let head = format!(
            "POST /execute/{language} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n\
             accept: {accept}\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        Self([head.into_bytes(), body.into_bytes()].concat())
    }
}

/// An answer that is none of a program.
#[derive(Debug, thiserror::Error)]
#[error("answered with {status}: {body}")]
pub(crate) struct Refused {
    status: String,
    body: String,
}

impl Refused {
    /// All runners are busy, and the queue is full or too slow.
    pub(crate) fn is_busy(&self) -> bool {
        self.status.starts_with("429")
    }
}

/// One connection.
pub(crate) struct Client {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Client {
    /// Connects to `http://HOST:PORT`.
    pub(crate) fn connect(url: &str) -> anyhow::Result<Self> {
        let address = url.trim_start_matches("http://").trim_end_matches('/');
        let stream = TcpStream::connect(address).with_context(|| format!("cannot reach {url}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_DEADLINE))?;
        Ok(Self {
            stream,
            received: Vec::new(),
        })
    }

    /// Sends a request; answers how long it took until the whole answer was there, and the
    /// answer's JSON, which is read after the clock has stopped.
    ///
    /// # Errors
    /// Any status but 200.
    pub(crate) fn send(&mut self, request: &Request) -> anyhow::Result<(Duration, Value)> {
        let start = Instant::now();
        self.stream.write_all(&request.0)?;
        let (head, end) = self.receive()?;
        let took = start.elapsed();
        let line = self.received.split(|byte| *byte == b'\r').next();
        let line = String::from_utf8_lossy(line.unwrap_or_default());
        let status = line.trim_start_matches("HTTP/1.1 ").to_owned();
        let body = &self.received[head..end];
        if !status.starts_with("200") {
            let body = String::from_utf8_lossy(body).into_owned();
            return Err(Refused { status, body }.into());
        }
        Ok((took, serde_json::from_slice(body)?))
    }

    /// Sends a request whose answer comes as events; answers the first piece of output and when it was
    /// there, and reads the rest.
    pub(crate) fn follow(&mut self, request: &Request) -> anyhow::Result<(String, SystemTime)> {
        self.stream.write_all(&request.0)?;
        self.received.clear();
        let mut first = None;
        let mut buffer = [0; 16 << 10];
        while !self.received.ends_with(LAST_CHUNK) {
            match self.stream.read(&mut buffer)? {
                0 => anyhow::bail!("the server closed the connection"),
                got => self.received.extend_from_slice(&buffer[..got]),
            }
            let now = SystemTime::now();
            if first.is_none()
                && let Some(text) = first_output(&String::from_utf8_lossy(&self.received))
            {
                first = Some((text, now));
            }
        }
        let received = || String::from_utf8_lossy(&self.received).into_owned();
        first.with_context(|| format!("no output came: {:.600}", received()))
    }

    /// Receives one answer; where its body begins and ends.
    fn receive(&mut self) -> anyhow::Result<(usize, usize)> {
        self.received.clear();
        let mut buffer = [0; 16 << 10];
        loop {
            if let Some(whole) = whole(&self.received)? {
                return Ok(whole);
            }
            match self.stream.read(&mut buffer)? {
                0 => anyhow::bail!("the server closed the connection"),
                got => self.received.extend_from_slice(&buffer[..got]),
            }
        }
    }
}

/// The text of the first event of output, once it is whole.
fn first_output(received: &str) -> Option<String> {
    let (_, event) = received.split_once("event: stdout\ndata: ")?;
    let (json, _) = event.split_once('\n')?;
    let event: Value = serde_json::from_str(json).ok()?;
    Some(event["text"].as_str()?.to_owned())
}

/// Where the body of a whole answer begins and ends; `None` while something is missing.
fn whole(received: &[u8]) -> anyhow::Result<Option<(usize, usize)>> {
    let mut places = received.windows(BODY_FOLLOWS.len());
    let Some(end_of_head) = places.position(|place| place == BODY_FOLLOWS) else {
        return Ok(None);
    };
    let head = String::from_utf8_lossy(&received[..end_of_head]).to_ascii_lowercase();
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length:"));
    let length: usize = length
        .context("an answer without content-length")?
        .trim()
        .parse()?;
    let body = end_of_head + BODY_FOLLOWS.len();
    Ok((received.len() >= body + length).then_some((body, body + length)))
}
