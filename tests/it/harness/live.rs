//! The client's side of a run that is followed: server-sent events and WebSockets.

use super::Server;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader};
use std::net::TcpStream;
use std::time::{Duration, Instant};
use tungstenite::client::IntoClientRequest;
use tungstenite::protocol::CloseFrame;
use tungstenite::{Message, WebSocket};

/// No event takes longer to come.
const DEADLINE: Duration = Duration::from_secs(30);

/// One event, and when it came.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    /// As server-sent events have it.
    pub(crate) id: String,
    pub(crate) json: Value,
    pub(crate) at: Instant,
}

impl Event {
    pub(crate) fn name(&self) -> &str {
        self.json["event"].as_str().unwrap_or_default()
    }

    pub(crate) fn seq(&self) -> u64 {
        self.json["seq"].as_u64().expect("a number")
    }

    pub(crate) fn text(&self) -> &str {
        self.json["text"].as_str().unwrap_or_default()
    }
}

/// The text of one stream, put together.
pub(crate) fn text_of(events: &[Event], stream: &str) -> String {
    let pieces = events.iter().filter(|event| event.name() == stream);
    pieces.map(Event::text).collect()
}

/// An answer that comes as events.
pub(crate) struct Events {
    lines: BufReader<TcpStream>,
    pub(crate) head: String,
}

impl Events {
    /// The next one; `None` at the end.
    pub(crate) fn next(&mut self) -> Option<Event> {
        let (mut id, mut name, mut data) = (String::new(), String::new(), None);
        loop {
            let mut line = String::new();
            if self.lines.read_line(&mut line).expect("it is read") == 0 {
                return None;
            }
            let line = line.trim_end_matches(['\r', '\n']);
            match line.split_once(": ") {
                Some(("id", value)) => value.clone_into(&mut id),
                Some(("event", value)) => value.clone_into(&mut name),
                Some(("data", value)) => data = Some(value.to_owned()),
                // Chunk sizes, and comments that keep the connection alive.
                _ if !line.is_empty() => {}
                _ => {
                    if let Some(data) = data.take() {
                        let json: Value = serde_json::from_str(&data).expect("it is JSON");
                        // Of a job: the attempt and the number; of what is no run's there is none.
                        let number = id.rsplit('-').next().unwrap_or_default();
                        assert!(
                            id.is_empty() || json["seq"].as_u64() == number.parse().ok(),
                            "{id}: {json}"
                        );
                        assert_eq!(json["event"], name);
                        let at = Instant::now();
                        return Some(Event { json, at, id });
                    }
                }
            }
        }
    }

    pub(crate) fn rest(mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.next()).collect()
    }
}

/// A WebSocket.
pub(crate) struct Socket(WebSocket<TcpStream>);

impl Socket {
    /// The next event, or how the connection was closed.
    pub(crate) fn next(&mut self) -> Result<Event, (u16, String)> {
        loop {
            match self.0.read() {
                Ok(Message::Text(text)) => {
                    let json = serde_json::from_str(&text).expect("it is JSON");
                    let (id, at) = (String::new(), Instant::now());
                    return Ok(Event { id, json, at });
                }
                Ok(Message::Close(frame)) => {
                    let frame = frame.expect("a reason");
                    return Err((frame.code.into(), frame.reason.to_string()));
                }
                Ok(_) => {}
                Err(error) => panic!("no event: {error}"),
            }
        }
    }

    /// The next event of that name, and those before it.
    #[track_caller]
    pub(crate) fn until(&mut self, name: &str) -> Vec<Event> {
        let mut events = Vec::new();
        loop {
            let event = self.next();
            events.push(event.unwrap_or_else(|close| panic!("no {name}: {close:?}; {events:#?}")));
            if events.last().is_some_and(|event| event.name() == name) {
                return events;
            }
        }
    }

    /// All events, and how the connection was closed.
    pub(crate) fn rest(&mut self) -> (Vec<Event>, u16) {
        let mut events = Vec::new();
        loop {
            match self.next() {
                Ok(event) => events.push(event),
                Err((code, _)) => return (events, code),
            }
        }
    }

    pub(crate) fn say(&mut self, message: &Value) {
        self.say_text(&message.to_string());
    }

    pub(crate) fn say_text(&mut self, text: &str) {
        self.0.send(Message::text(text)).expect("it is sent");
    }

    pub(crate) fn stdin(&mut self, text: &str) {
        self.say(&json!({"type": "stdin", "data": text}));
    }

    pub(crate) fn close(mut self, code: u16) {
        let frame = CloseFrame {
            code: code.into(),
            reason: "".into(),
        };
        self.0.close(Some(frame)).expect("it is sent");
        while self.0.read().is_ok() {}
    }

    /// Breaks the connection without a word.
    pub(crate) fn lose(self) {
        let stream = self.0.get_ref();
        socket2::SockRef::from(stream)
            .set_linger(Some(Duration::ZERO))
            .expect("it is a socket");
    }
}

impl Server {
    /// Begins a run and follows it.
    pub(crate) fn events(&self, language: &str, request: &Value) -> Events {
        let body = request.to_string();
        let text = format!(
            "POST /execute/{language} HTTP/1.1\r\nhost: test\r\naccept: text/event-stream\r\nconnection: close\r\n\
             content-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
            body.len()
        );
        self.read_events(&text)
    }

    /// Goes on with a run.
    pub(crate) fn events_after(&self, run_id: &str, after: u64) -> Events {
        self.read_events(&format!(
            "GET /runs/{run_id}/events HTTP/1.1\r\nhost: test\r\nconnection: close\r\nlast-event-id: {after}\r\n\r\n"
        ))
    }

    /// What a job does, after the event of that id.
    pub(crate) fn job_events(&self, id: &str, after: &str) -> Events {
        let last = match after {
            "" => String::new(),
            id => format!("last-event-id: {id}\r\n"),
        };
        self.read_events(&format!(
            "GET /jobs/{id}/events HTTP/1.1\r\nhost: test\r\nconnection: close\r\n{last}\r\n"
        ))
    }

    fn read_events(&self, request: &str) -> Events {
        let mut lines = BufReader::new(self.send(request));
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            assert!(lines.read_line(&mut head).expect("a head") > 0, "{head}");
        }
        Events { lines, head }
    }

    /// A WebSocket to this path, or the status of the refusal.
    pub(crate) fn try_socket(&self, path: &str, headers: &[(&str, &str)]) -> Result<Socket, u16> {
        let url = format!("ws://127.0.0.1:{}{path}", self.port);
        let mut request = url.into_client_request().expect("a request");
        for (name, value) in headers {
            let name: tungstenite::http::HeaderName = name.parse().expect("a name");
            request
                .headers_mut()
                .insert(name, value.parse().expect("a value"));
        }
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("it listens");
        stream.set_read_timeout(Some(DEADLINE)).expect("a deadline");
        match tungstenite::client(request, stream) {
            Ok((socket, _)) => Ok(Socket(socket)),
            Err(tungstenite::HandshakeError::Failure(tungstenite::Error::Http(response))) => {
                Err(response.status().as_u16())
            }
            Err(error) => panic!("{error}"),
        }
    }

    /// A WebSocket on which a run was begun.
    #[track_caller]
    pub(crate) fn socket(&self, language: &str, request: &Value) -> Socket {
        let path = format!("/execute/{language}/ws");
        let mut socket = self.try_socket(&path, &[]).expect("it is taken");
        socket.say(request);
        socket
    }
}
