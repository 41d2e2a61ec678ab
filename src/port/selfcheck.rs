//! Asks this server, over every loopback address of its port, whether it is this server.
//!
//! A bind that succeeded proves little: a stale process on `[::1]:5001` beside ours on
//! `0.0.0.0:5001` answers half of the clients with old code. Owns the asking; the caller must be
//! serving already. Must not change anything, whoever answers.

use super::owner::{self, Holder, printable};
use super::{PortError, sockets};
use std::collections::BTreeSet;
use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// For one address: connecting, asking and the head of the answer together.
const DEADLINE: Duration = Duration::from_secs(2);
/// A stranger may send without end.
const HEAD_BYTES: u64 = 16 * 1024;
/// The response header that carries the instance id.
const INSTANCE_HEADER: &str = "x-warmbox-instance";

/// What came back from one address.
#[derive(Debug, PartialEq, Eq)]
enum Heard {
    Ours,
    /// Something accepted the connection, and it was not us.
    Foreign(String),
    /// Nothing accepted the connection.
    Nobody(String),
    /// The connection was neither accepted nor refused in time.
    Hangs,
    /// The machine has no such address.
    NoAddress,
}

/// Succeeds when `instance` answers on every loopback address that `ours`, the address of our
/// listener, covers, and nobody else answers on any other.
pub async fn confirm(ours: SocketAddr, instance: &str) -> Result<(), PortError> {
    let asks: Vec<_> = addresses(ours)
        .await
        .into_iter()
        .map(|at| {
            let instance = instance.to_owned();
            (at, tokio::spawn(async move { ask(at, &instance).await }))
        })
        .collect();
    let wide = !v6_only(Path::new("/proc"));
    let mut unreachable = None;
    for (at, asked) in asks {
        let reason = match asked
            .await
            .unwrap_or_else(|error| Heard::Nobody(error.to_string()))
        {
            Heard::Ours | Heard::NoAddress => continue,
            Heard::Foreign(found) => {
                let (holder, _) = owner::look(at, Some(std::process::id())).await;
                return Err(PortError::Foreign {
                    ours,
                    at,
                    found,
                    holder,
                });
            }
            Heard::Hangs => {
                // A stopped process with a full backlog looks like this; a firewall does, too.
                let found = format!("no connection is made within {} s", DEADLINE.as_secs());
                let (holder, _) = owner::look(at, Some(std::process::id())).await;
                if holder != Holder::Unseen {
                    return Err(PortError::Foreign {
                        ours,
                        at,
                        found,
                        holder,
                    });
                }
                found
            }
            Heard::Nobody(reason) => reason,
        };
        if covers(ours, at, wide) {
            unreachable.get_or_insert(PortError::Unreachable { ours, at, reason });
        }
    }
    // Told last: a stranger on one address is the better explanation of silence on another.
    unreachable.map_or(Ok(()), Err)
}

/// The addresses to ask, each once: our own, the two usual loopbacks, every other loopback address
/// that has a listener of its own, and what `localhost` means here.
async fn addresses(ours: SocketAddr) -> BTreeSet<SocketAddr> {
    let port = ours.port();
    let mut asked = BTreeSet::new();
    if !ours.ip().is_unspecified() {
        asked.insert(ours);
    }
    let usual = [
        IpAddr::V4(Ipv4Addr::LOCALHOST),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
    ];
    let listening = sockets::on_port(Path::new("/proc"), port).unwrap_or_default();
    let listening = listening.into_iter().filter(|socket| socket.listening);
    let named = match timeout(DEADLINE, tokio::net::lookup_host(("localhost", port))).await {
        Ok(Ok(found)) => found.map(|at| at.ip()).collect(),
        _ => Vec::new(),
    };
    asked.extend(
        usual
            .into_iter()
            .chain(listening.map(|socket| socket.local.ip()))
            .chain(named)
            .map(|ip| ip.to_canonical())
            .filter(IpAddr::is_loopback)
            .map(|ip| SocketAddr::new(ip, port)),
    );
    asked
}

/// Whether a connection to `at` must reach the listener bound to `ours`; `wide` when an IPv6
/// wildcard takes IPv4 as well.
fn covers(ours: SocketAddr, at: SocketAddr, wide: bool) -> bool {
    match ours.ip().to_canonical() {
        IpAddr::V4(ip) if ip.is_unspecified() => at.is_ipv4(),
        IpAddr::V6(ip) if ip.is_unspecified() => at.is_ipv6() || wide,
        ip => ip == at.ip().to_canonical(),
    }
}

/// Whether IPv6 sockets of this machine refuse IPv4 unless told otherwise.
fn v6_only(proc_root: &Path) -> bool {
    std::fs::read_to_string(proc_root.join("sys/net/ipv6/bindv6only"))
        .is_ok_and(|text| text.trim() == "1")
}

async fn ask(at: SocketAddr, instance: &str) -> Heard {
    let deadline = tokio::time::Instant::now() + DEADLINE;
    let stream = match tokio::time::timeout_at(deadline, TcpStream::connect(at)).await {
        Ok(Ok(stream)) => stream,
        // No IPv6 here, or this loopback address is not set up.
        Ok(Err(error)) if no_address(&error) => return Heard::NoAddress,
        Ok(Err(error)) => return Heard::Nobody(error.to_string()),
        Err(_) => return Heard::Hangs,
    };
    match tokio::time::timeout_at(deadline, exchange(stream, at)).await {
        Ok(Ok(head)) => judge(&head, instance),
        Ok(Err(error)) => Heard::Foreign(format!("the connection broke ({error})")),
        Err(_) => Heard::Foreign(format!(
            "a connection is accepted and not answered within {} s",
            DEADLINE.as_secs()
        )),
    }
}

fn no_address(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        ErrorKind::AddrNotAvailable | ErrorKind::NetworkUnreachable | ErrorKind::Unsupported
    )
}

/// Sends the request and returns the head of the answer, or what came before the end or the cap.
async fn exchange(mut stream: TcpStream, at: SocketAddr) -> io::Result<Vec<u8>> {
    let request = format!("GET /livez HTTP/1.1\r\nHost: {at}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut head = Vec::new();
    let mut capped = stream.take(HEAD_BYTES);
    while !head.windows(4).any(|four| four == b"\r\n\r\n") {
        if capped.read_buf(&mut head).await? == 0 {
            break;
        }
    }
    Ok(head)
}

fn judge(head: &[u8], instance: &str) -> Heard {
    let text = String::from_utf8_lossy(head);
    let head = text.split_once("\r\n\r\n").map_or(&*text, |(head, _)| head);
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap_or_default();
    if status.is_empty() {
        return Heard::Foreign("the connection is closed without an answer".to_owned());
    }
    if !status.starts_with("HTTP/1.") {
        return Heard::Foreign("something answers that does not speak HTTP".to_owned());
    }
    let told = lines
        .filter_map(|line| line.split_once(':'))
        .find(|(name, _)| name.trim().eq_ignore_ascii_case(INSTANCE_HEADER));
    match told {
        Some((_, value)) if value.trim() == instance => Heard::Ours,
        Some((_, value)) => {
            let other = printable(value.trim(), 64);
            Heard::Foreign(format!("another warmbox answers (instance {other})"))
        }
        None => Heard::Foreign("another server answers".to_owned()),
    }
}

impl Holder {
    /// What to say of a stranger's address.
    pub(super) fn stranger(&self) -> String {
        match self {
            Self::Unseen => "no listener of another process is shown in /proc, so look for a port forwarding rule or a published container port".to_owned(),
            known => known.to_string(),
        }
    }
}

#[cfg(test)]
mod tests;
