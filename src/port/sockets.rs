//! Reads the kernel's tables of TCP sockets (`/proc/net/tcp`, `/proc/net/tcp6`).
//!
//! Owns the table format and the question "which socket serves this address?". Must not open a
//! connection and must not look into processes: `owner` does that.

use std::io::{self, ErrorKind};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::path::Path;

/// One row of the table that has a process behind it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Socket {
    /// The local address, IPv4-mapped ones kept as IPv6, as the kernel shows them.
    pub(super) local: SocketAddr,
    /// Whether it accepts connections (state `0A`), or merely keeps the port busy.
    pub(super) listening: bool,
    /// The uid that made it.
    pub(super) uid: u32,
    /// Its inode, which `/proc/<pid>/fd` shows as `socket:[inode]`.
    pub(super) inode: u64,
}

/// Every TCP socket with this local port, listening ones first; a missing IPv6 table is an empty one.
pub(super) fn on_port(proc_root: &Path, port: u16) -> io::Result<Vec<Socket>> {
    let mut found = Vec::new();
    for table in ["net/tcp", "net/tcp6"] {
        match std::fs::read_to_string(proc_root.join(table)) {
            Ok(text) => found.extend(
                text.lines()
                    .filter_map(parse_row)
                    .filter(|socket| socket.local.port() == port),
            ),
            Err(error) if error.kind() == ErrorKind::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    found.sort_by_key(|socket| !socket.listening);
    Ok(found)
}

/// How a socket's address stands to an address that somebody asks for or binds; smaller is closer.
pub(super) fn closeness(socket: IpAddr, asked: IpAddr) -> Option<u8> {
    let (socket, asked) = (socket.to_canonical(), asked.to_canonical());
    if socket == asked {
        return Some(0);
    }
    match (socket.is_unspecified(), asked.is_unspecified()) {
        (true, _) if socket.is_ipv4() == asked.is_ipv4() => Some(1),
        // `[::]` takes IPv4 too, unless it was told not to; the table does not show which.
        (true, _) if socket.is_ipv6() => Some(2),
        (false, true) if socket.is_ipv4() == asked.is_ipv4() => Some(3),
        (_, true) if asked.is_ipv6() => Some(4),
        _ => None,
    }
}

/// One line: `sl local rem st tx:rx tr:tm retrnsmt uid timeout inode ...`; None for the heading,
/// for what does not parse, and for rows with no process (TIME_WAIT has inode 0).
fn parse_row(line: &str) -> Option<Socket> {
    let mut fields = line.split_whitespace().skip(1);
    let local = parse_address(fields.next()?)?;
    let listening = fields.nth(1)? == "0A";
    let uid = fields.nth(3)?.parse().ok()?;
    let inode = fields.nth(1)?.parse().ok()?;
    (inode != 0).then_some(Socket {
        local,
        listening,
        uid,
        inode,
    })
}

/// `0100007F:1389`: words of 32 bits in the machine's own byte order, then the port.
fn parse_address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = u16::from_str_radix(port, 16).ok()?;
    let word = |at: usize| {
        let digits = address.get(at..at + 8)?;
        u32::from_str_radix(digits, 16).ok().map(u32::to_ne_bytes)
    };
    let ip = match address.len() {
        8 => IpAddr::V4(Ipv4Addr::from(word(0)?)),
        32 => {
            let mut bytes = [0u8; 16];
            for (index, part) in bytes.chunks_exact_mut(4).enumerate() {
                part.copy_from_slice(&word(index * 8)?);
            }
            IpAddr::V6(Ipv6Addr::from(bytes))
        }
        _ => return None,
    };
    Some(SocketAddr::new(ip, port))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADING: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n";

    #[test]
    fn rows_are_parsed_and_listeners_come_first() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir(root.path().join("net")).unwrap();
        let tcp = format!(
            "{HEADING}\
             0: 0100007F:1389 0100007F:D431 01 00000000:00000000 00:00000000 00000000  1000        0 77 1 0 20 4 30 10 -1\n\
             1: 0100007F:1389 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 4242 1 0 100 0 0 10 0\n\
             2: 0100007F:1389 0100007F:D433 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0\n\
             3: 00000000:0016 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1 0 100 0 0 10 0\n\
             nonsense\n"
        );
        let tcp6 = format!(
            "{HEADING}\
             0: 00000000000000000000000001000000:1389 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 99 1 0 100 0 0 10 0\n\
             1: 0000000000000000FFFF00000200007F:1389 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 98 1 0 100 0 0 10 0\n"
        );
        std::fs::write(root.path().join("net/tcp"), tcp).unwrap();
        std::fs::write(root.path().join("net/tcp6"), tcp6).unwrap();

        let found = on_port(root.path(), 5001).unwrap();
        let shown: Vec<_> = found
            .iter()
            .map(|s| (s.local.to_string(), s.listening, s.uid, s.inode))
            .collect();
        assert_eq!(
            shown,
            [
                ("127.0.0.1:5001".to_owned(), true, 1000, 4242),
                ("[::1]:5001".to_owned(), true, 0, 99),
                ("[::ffff:127.0.0.2]:5001".to_owned(), true, 0, 98),
                ("127.0.0.1:5001".to_owned(), false, 1000, 77),
            ]
        );
    }

    #[test]
    fn a_machine_without_ipv6_has_an_empty_table() {
        let root = tempfile::tempdir().unwrap();
        assert_eq!(on_port(root.path(), 5001).unwrap(), []);
    }

    #[test]
    fn closeness_prefers_the_exact_address() {
        let cases = [
            ("127.0.0.1", "127.0.0.1", Some(0)),
            ("::ffff:127.0.0.1", "127.0.0.1", Some(0)),
            ("0.0.0.0", "127.0.0.1", Some(1)),
            ("::", "::1", Some(1)),
            ("::", "127.0.0.1", Some(2)),
            ("127.0.0.1", "0.0.0.0", Some(3)),
            ("127.0.0.1", "::", Some(4)),
            ("0.0.0.0", "::", Some(4)),
            ("127.0.0.1", "127.0.0.2", None),
            ("::1", "127.0.0.1", None),
            ("::1", "0.0.0.0", None),
            ("0.0.0.0", "::1", None),
        ];
        for (socket, asked, expected) in cases {
            let found = closeness(socket.parse().unwrap(), asked.parse().unwrap());
            assert_eq!(found, expected, "socket {socket}, asked {asked}");
        }
    }
}
