//! HTTP as a client sees it when things break: every way in which a connection can end is told
//! apart. Knows nothing of what is asked.

use super::events::Events;
use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

const CONNECT: Duration = Duration::from_secs(10);
/// No answer of this soak comes near it.
const MOST_BYTES: usize = 16 << 20;

pub(super) struct Reply {
    pub(super) status: u16,
    /// In seconds.
    pub(super) retry_after: Option<u64>,
    pub(super) body: String,
}

/// Why there is no reply.
pub(super) enum Broken {
    /// Nobody listens: no request was made.
    Refused,
    /// The connection ended first.
    Cut(String),
    /// Nothing came before the deadline.
    Late,
}

/// One client with one connection at a time, which it keeps where it may.
pub(super) struct Client {
    at: SocketAddr,
    deadline: Duration,
    open: Option<BufReader<TcpStream>>,
}

impl Client {
    pub(super) fn new(at: SocketAddr, deadline: Duration) -> Self {
        Self {
            at,
            deadline,
            open: None,
        }
    }

    /// Forgets the connection that it kept.
    pub(super) fn hang_up(&mut self) {
        self.open = None;
    }

    pub(super) fn get(&mut self, path: &str) -> Result<Reply, Broken> {
        self.exchange(&format!("GET {path} HTTP/1.1\r\nhost: soak\r\n\r\n"))
    }

    pub(super) fn delete(&mut self, path: &str) -> Result<Reply, Broken> {
        self.exchange(&format!("DELETE {path} HTTP/1.1\r\nhost: soak\r\n\r\n"))
    }

    /// Sends jobs, under a name by which they are known when they are sent again.
    pub(super) fn submit(&mut self, name: &str, body: &str) -> Result<Reply, Broken> {
        self.exchange(&post(
            "/jobs",
            &format!("idempotency-key: {name}\r\n"),
            body,
        ))
    }

    pub(super) fn execute(&mut self, language: &str, body: &str) -> Result<Reply, Broken> {
        self.exchange(&request(language, body))
    }

    /// Sends a request, or only the first part of it, and closes the connection after a while.
    pub(super) fn abandon(&self, language: &str, body: &str, whole: bool, after: Duration) {
        let text = request(language, body);
        let sent = if whole { text.len() } else { text.len() / 2 };
        if let Ok(mut stream) = TcpStream::connect_timeout(&self.at, CONNECT) {
            let _ = stream.write_all(&text.as_bytes()[..sent]);
            std::thread::sleep(after);
        }
    }

    fn exchange(&mut self, request: &str) -> Result<Reply, Broken> {
        let mut connection = match self.open.take() {
            Some(open) => open,
            None => self.connect()?,
        };
        let (reply, closes) = self.talk(&mut connection, request).map_err(broken)?;
        if !closes {
            self.open = Some(connection);
        }
        Ok(reply)
    }

    fn connect(&self) -> Result<BufReader<TcpStream>, Broken> {
        match TcpStream::connect_timeout(&self.at, CONNECT) {
            Ok(stream) => Ok(BufReader::new(stream)),
            Err(error) if error.kind() == ErrorKind::ConnectionRefused => Err(Broken::Refused),
            Err(error) => Err(Broken::Cut(format!("connect: {error}"))),
        }
    }

    /// Asks for something that is told in events, on a connection of its own.
    pub(super) fn follow(&self, request: &str) -> Result<Followed, Broken> {
        let mut connection = self.connect()?;
        let head = self.send(&mut connection, request).map_err(broken)?;
        if head.chunked {
            return Ok(Followed::Events(Events::new(connection)));
        }
        let reply = head.reply(&mut connection).map_err(broken)?;
        Ok(Followed::Answered(reply))
    }

    fn talk(
        &self,
        connection: &mut BufReader<TcpStream>,
        request: &str,
    ) -> std::io::Result<(Reply, bool)> {
        let head = self.send(connection, request)?;
        let closes = head.closes;
        Ok((head.reply(connection)?, closes))
    }

    /// Sends a request, and reads the head of its answer.
    fn send(&self, connection: &mut BufReader<TcpStream>, request: &str) -> std::io::Result<Head> {
        connection.get_ref().set_nodelay(true)?;
        connection.get_ref().set_read_timeout(Some(self.deadline))?;
        connection
            .get_ref()
            .set_write_timeout(Some(self.deadline))?;
        connection.get_mut().write_all(request.as_bytes())?;
        let status = line(connection)?;
        let status = status.split(' ').nth(1).and_then(|it| it.parse().ok());
        let mut head = Head {
            status: status.unwrap_or(0),
            ..Head::default()
        };
        loop {
            let line = line(connection)?.to_ascii_lowercase();
            match line.split_once(": ") {
                None => return Ok(head),
                Some(("content-length", text)) => head.length = text.parse().unwrap_or(0),
                Some(("retry-after", text)) => head.retry_after = text.parse().ok(),
                Some(("connection", "close")) => head.closes = true,
                Some(("transfer-encoding", "chunked")) => head.chunked = true,
                Some(_) => {}
            }
        }
    }
}

/// What stands before an answer.
#[derive(Default)]
struct Head {
    status: u16,
    retry_after: Option<u64>,
    length: usize,
    closes: bool,
    chunked: bool,
}

impl Head {
    fn reply(self, connection: &mut BufReader<TcpStream>) -> std::io::Result<Reply> {
        if self.length > MOST_BYTES {
            return Err(ErrorKind::InvalidData.into());
        }
        let mut body = vec![0; self.length];
        connection.read_exact(&mut body)?;
        Ok(Reply {
            status: self.status,
            retry_after: self.retry_after,
            body: String::from_utf8_lossy(&body).into_owned(),
        })
    }
}

/// What comes of asking for events.
pub(super) enum Followed {
    Events(Events),
    /// A refusal, in the place of events.
    Answered(Reply),
}

fn request(language: &str, body: &str) -> String {
    post(&format!("/execute/{language}"), "", body)
}

/// `headers` end with a line's end each.
pub(super) fn post(path: &str, headers: &str, body: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: soak\r\n{headers}content-type: application/json\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    )
}

/// A line of a head, without its end.
pub(super) fn line(connection: &mut impl BufRead) -> std::io::Result<String> {
    let mut line = String::new();
    match connection.read_line(&mut line)? {
        0 => Err(ErrorKind::UnexpectedEof.into()),
        _ => Ok(line.trim_end().to_owned()),
    }
}

pub(super) fn broken(error: std::io::Error) -> Broken {
    match error.kind() {
        ErrorKind::WouldBlock | ErrorKind::TimedOut => Broken::Late,
        _ => Broken::Cut(error.to_string()),
    }
}
