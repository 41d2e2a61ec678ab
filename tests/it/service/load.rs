//! Clients that ask again and again on connections that they keep, and count every request that
//! came to anything but an answer.

use std::io::{BufRead, BufReader, ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

const DEADLINE: Duration = Duration::from_secs(60);

/// What became of all requests.
#[derive(Default)]
pub(super) struct Tally {
    pub(super) answered: AtomicU64,
    /// With the body of a server that is stopping.
    pub(super) refused: AtomicU64,
    /// Nobody listened: no request was made.
    pub(super) nobody: AtomicU64,
    /// Everything else, in words.
    pub(super) failures: Mutex<Vec<String>>,
}

impl Tally {
    pub(super) fn requests(&self) -> u64 {
        self.answered.load(Ordering::Relaxed) + self.refused.load(Ordering::Relaxed)
    }

    #[track_caller]
    pub(super) fn assert_no_failure(&self) {
        let failures = self.failures.lock().expect("nobody panicked");
        let first: Vec<_> = failures.iter().take(5).collect();
        assert!(
            failures.is_empty(),
            "{} requests failed: {first:#?}",
            failures.len()
        );
    }
}

/// One client with one connection at a time.
pub(super) struct Client {
    at: SocketAddr,
    open: Option<BufReader<TcpStream>>,
}

struct Reply {
    status: u16,
    closes: bool,
    body: String,
}

impl Client {
    pub(super) fn new(port: u16) -> Self {
        Self {
            at: SocketAddr::from(([127, 0, 0, 1], port)),
            open: None,
        }
    }

    /// Asks until `enough` says so, every tenth time for a program.
    pub(super) fn ask_until(&mut self, tally: &Tally, enough: &AtomicBool) {
        for number in 0.. {
            if enough.load(Ordering::Relaxed) {
                return;
            }
            let request = match number % 10 {
                0 => program("print(6 * 7)"),
                _ => "GET /languages HTTP/1.1\r\nhost: test\r\n\r\n".to_owned(),
            };
            self.ask(&request, number % 10 == 0, tally);
        }
    }

    fn ask(&mut self, request: &str, is_program: bool, tally: &Tally) {
        let connection = match self.open.take() {
            Some(open) => open,
            None => match TcpStream::connect(self.at) {
                Ok(stream) => BufReader::new(stream),
                Err(error) if error.kind() == ErrorKind::ConnectionRefused => {
                    tally.nobody.fetch_add(1, Ordering::Relaxed);
                    std::thread::sleep(Duration::from_millis(5));
                    return;
                }
                Err(error) => return tally.fail(format!("connect: {error}")),
            },
        };
        match exchange(connection, request) {
            Ok((reply, connection)) => {
                if !reply.closes {
                    self.open = Some(connection);
                }
                if reply.status == 200 && (!is_program || reply.body.contains("42\\n")) {
                    tally.answered.fetch_add(1, Ordering::Relaxed);
                } else if reply.status == 503
                    && reply.closes
                    && reply.body.contains("\"service_state\":\"stopping\"")
                {
                    tally.refused.fetch_add(1, Ordering::Relaxed);
                } else {
                    tally.fail(format!("{}: {}", reply.status, reply.body));
                }
            }
            Err(error) => tally.fail(format!("cut: {error}")),
        }
    }
}

impl Tally {
    fn fail(&self, words: String) {
        let mut failures = self.failures.lock().expect("nobody panicked");
        failures.push(words);
    }
}

/// A request for a Python program.
pub(super) fn program(code: &str) -> String {
    format!(
        "POST /execute/python HTTP/1.1\r\nhost: test\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n{code}",
        code.len()
    )
}

fn exchange(
    mut connection: BufReader<TcpStream>,
    request: &str,
) -> std::io::Result<(Reply, BufReader<TcpStream>)> {
    connection.get_ref().set_read_timeout(Some(DEADLINE))?;
    connection.get_mut().write_all(request.as_bytes())?;
    let mut status = String::new();
    if connection.read_line(&mut status)? == 0 {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let (mut length, mut closes) = (0, false);
    loop {
        let mut line = String::new();
        if connection.read_line(&mut line)? == 0 {
            return Err(ErrorKind::UnexpectedEof.into());
        }
        let line = line.trim_end().to_ascii_lowercase();
        match line.split_once(": ") {
            None => break,
            Some(("content-length", text)) => length = text.parse().unwrap_or(0),
            Some(("connection", "close")) => closes = true,
            Some(_) => {}
        }
    }
    let mut body = vec![0; length];
    connection.read_exact(&mut body)?;
    let status = status.split(' ').nth(1).and_then(|it| it.parse().ok());
    let reply = Reply {
        status: status.unwrap_or(0),
        closes,
        body: String::from_utf8_lossy(&body).into_owned(),
    };
    Ok((reply, connection))
}
