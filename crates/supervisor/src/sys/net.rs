//! The loopback interface of a fresh network namespace.

use super::check;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::net::UnixDatagram;

/// Brings `lo` up, so that programs can talk to themselves over 127.0.0.1 and ::1.
pub fn raise_loopback() -> io::Result<()> {
    // SAFETY: integers only; the descriptor is owned from here on.
    let socket = unsafe {
        let fd =
            check(libc::socket(libc::AF_INET, libc::SOCK_DGRAM | libc::SOCK_CLOEXEC, 0).into())?;
        OwnedFd::from_raw_fd(fd as libc::c_int)
    };
    // SAFETY: all-zero bytes are a valid ifreq.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(*b"lo\0") {
        *to = from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as libc::c_short;
    // SAFETY: SIOCSIFFLAGS reads one ifreq, which outlives the call.
    let done = unsafe {
        libc::ioctl(
            socket.as_raw_fd(),
            libc::SIOCSIFFLAGS as _,
            &raw const request,
        )
    };
    check(done.into())?;
    Ok(())
}

/// Sockets in this network namespace, whoever has them, or nobody.
#[derive(Debug, Clone, Copy)]
pub struct Sockets {
    /// Of all kinds, those that are in flight in another one too.
    pub all: u64,
    /// TCP's, with those that no process has any more.
    pub connections: u64,
}

/// Has the kernel collect sockets that only hold each other, in flight in one another: it looks for
/// them when some socket of this family is closed, and on a quiet machine that may be long after.
pub fn collect_in_flight() {
    // What cannot be made need not be closed: the next attempt, or another process, does as well.
    drop(UnixDatagram::unbound());
}

/// By the kernel's counters: its list of connections is one table for the whole host, and to walk
/// through it takes milliseconds.
pub fn sockets() -> Sockets {
    let read = |file| std::fs::read_to_string(format!("/proc/net/{file}")).unwrap_or_default();
    let (v4, v6) = (read("sockstat"), read("sockstat6"));
    Sockets {
        all: used(&v4),
        connections: count(&v4) + count(&v6),
    }
}

/// From the line `sockets: used 50`.
fn used(text: &str) -> u64 {
    let found = text
        .lines()
        .find_map(|line| line.strip_prefix("sockets: used "));
    found
        .and_then(|number| number.trim().parse().ok())
        .unwrap_or(0)
}

/// From lines such as `TCP: inuse 2 orphan 1 tw 0 alloc 2 mem 0`, where the first number contains the
/// second.
fn count(text: &str) -> u64 {
    let lines = text.lines().filter(|line| line.starts_with("TCP"));
    let fields = lines.flat_map(|line| {
        let words: Vec<&str> = line.split_ascii_whitespace().skip(1).collect();
        let value = |name| {
            let pair = words.chunks(2).find(|pair| pair[0] == name)?;
            pair.get(1)?.parse::<u64>().ok()
        };
        [value("inuse"), value("tw")]
    });
    fields.flatten().sum()
}

#[cfg(test)]
mod tests {
    use super::{count, used};

    #[test]
    fn sockets_in_use_and_closing_are_counted() {
        let v4 = "sockets: used 50\nTCP: inuse 2 orphan 1 tw 3 alloc 9 mem 0\nUDP: inuse 4 mem 0\n";
        assert_eq!(count(v4), 5);
        assert_eq!(used(v4), 50);
        assert_eq!(count("TCP6: inuse 7\nUDP6: inuse 1\n"), 7);
        assert_eq!(count(""), 0);
    }
}
