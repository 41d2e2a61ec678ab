//! Stands between a server and its daemon, and answers some requests itself.

use super::daemon::Daemon;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tempfile::TempDir;

/// What becomes of a request.
#[derive(Debug, Clone)]
pub(crate) enum Verdict {
    Pass,
    /// The proxy answers, with a status and JSON; the daemon never hears of it.
    Answer(u16, String),
    /// The daemon does as it is asked, and its answer is lost.
    Lose,
}

/// Passes requests on until it is dropped.
pub(crate) struct Proxy {
    /// For `DOCKER_HOST`.
    pub(crate) host: String,
    stop: Arc<AtomicBool>,
    folder: TempDir,
}

impl Proxy {
    /// `judge` is given the first line of every request.
    pub(crate) fn start(
        daemon: &Daemon,
        judge: impl Fn(&str) -> Verdict + Send + Sync + 'static,
    ) -> Self {
        let folder = TempDir::with_prefix("warmbox-proxy-").expect("a temporary folder");
        let socket = folder.path().join("docker.sock");
        let listener = UnixListener::bind(&socket).expect("a socket");
        let stop = Arc::new(AtomicBool::new(false));
        let (stopped, judge) = (stop.clone(), Arc::new(judge));
        let target = daemon.host.trim_start_matches("unix://").to_owned();
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                if stopped.load(Ordering::Relaxed) {
                    return;
                }
                let (target, judge) = (target.clone(), judge.clone());
                // A connection that breaks is the client's to notice.
                std::thread::spawn(move || serve(client, &target, &*judge));
            }
        });
        Self {
            host: format!("unix://{}", socket.display()),
            stop,
            folder,
        }
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.stop.store(true, Ordering::Relaxed);
        let _ = UnixStream::connect(self.folder.path().join("docker.sock"));
    }
}

fn serve(client: UnixStream, target: &str, judge: &dyn Fn(&str) -> Verdict) -> std::io::Result<()> {
    let mut reader = BufReader::new(client.try_clone()?);
    let (mut head, mut upgrade, mut length) = (Vec::new(), false, 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line)? == 0 {
            return Ok(());
        }
        let lower = line.to_ascii_lowercase();
        upgrade |= lower.starts_with("upgrade:");
        if let Some(value) = lower.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if line.trim().is_empty() {
            break;
        }
        head.push(line);
    }
    let first = head.first().map_or("", |line| line.trim());
    let verdict = judge(first);
    if let Verdict::Answer(status, json) = verdict {
        std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
        return write!(
            &client,
            "HTTP/1.1 {status} From The Proxy\r\ncontent-type: application/json\r\n\
             connection: close\r\ncontent-length: {}\r\n\r\n{json}",
            json.len()
        );
    }
    let mut daemon = UnixStream::connect(target)?;
    for line in &head {
        // One request for each connection, so that every one is looked at.
        if upgrade || !line.to_ascii_lowercase().starts_with("connection:") {
            daemon.write_all(line.as_bytes())?;
        }
    }
    let end = if upgrade {
        "\r\n"
    } else {
        "connection: close\r\n\r\n"
    };
    daemon.write_all(end.as_bytes())?;
    let mut answers = daemon.try_clone()?;
    let mut to_client = client.try_clone()?;
    let back = std::thread::spawn(move || {
        let _ = match verdict {
            Verdict::Lose => std::io::copy(&mut answers, &mut std::io::sink()),
            _ => std::io::copy(&mut answers, &mut to_client),
        };
        // A client whose answer is lost goes on waiting.
        if !matches!(verdict, Verdict::Lose) {
            let _ = to_client.shutdown(Shutdown::Both);
        }
    });
    let _ = std::io::copy(&mut reader, &mut daemon);
    let _ = daemon.shutdown(Shutdown::Write);
    let _ = back.join();
    Ok(())
}

/// The same daemon over TCP, on a port of this machine, for as long as the test runs. Answers what
/// goes into `DOCKER_HOST`.
pub(crate) fn over_tcp(daemon: &Daemon) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("it listens");
    let target = daemon.host.trim_start_matches("unix://").to_owned();
    std::thread::spawn(move || {
        for client in listener.incoming().map_while(Result::ok) {
            let Ok(daemon) = UnixStream::connect(&target) else {
                return;
            };
            std::thread::spawn(move || join(client, daemon));
        }
    });
    format!("tcp://{address}")
}

fn join(client: TcpStream, daemon: UnixStream) -> std::io::Result<()> {
    let (mut from_client, mut to_daemon) = (client.try_clone()?, daemon.try_clone()?);
    let forth = std::thread::spawn(move || {
        let _ = std::io::copy(&mut from_client, &mut to_daemon);
        let _ = to_daemon.shutdown(Shutdown::Write);
    });
    let _ = std::io::copy(&mut &daemon, &mut &client);
    let _ = client.shutdown(Shutdown::Both);
    let _ = forth.join();
    Ok(())
}
