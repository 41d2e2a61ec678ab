//! Finds the process behind a socket, through `/proc` alone.
//!
//! Only looks: it must never signal, stop or change the process that it finds.

use super::{sockets, sockets::Socket};
use crate::utc;
use std::fmt;
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Reading a process that hangs in the kernel can itself hang; the answer is then "not seen".
const LOOK_DEADLINE: Duration = Duration::from_secs(2);
/// Characters of a command line that are shown.
const COMMAND_CHARS: usize = 120;
/// Ticks per second of the times in `/proc/<pid>/stat`: the kernel's USER_HZ, 100 wherever we run.
const TICKS_PER_SECOND: u64 = 100;

/// The process that holds a socket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The oldest process that holds it.
    pub pid: u32,
    /// Its command line, cut, with control characters escaped: safe to print.
    pub command: String,
    /// When it was started, `YYYY-MM-DD HH:MM:SS UTC`, if the kernel tells.
    pub since: Option<String>,
    /// The other processes that hold the same socket: all of them must end before it is free.
    pub shared_with: Vec<u32>,
}

/// What could be learned about who holds a port.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Holder {
    /// A process that we can name.
    Known(Owner),
    /// There is a socket, but its process belongs to another user or another pid namespace.
    Hidden { uid: u32, port: u16 },
    /// The kernel shows no socket that would explain it.
    Unseen,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Known(owner) => {
                write!(f, "pid {} (\"{}\"", owner.pid, owner.command)?;
                if let Some(since) = &owner.since {
                    write!(f, ", running since {since}")?;
                }
                f.write_str(")")?;
                match owner.shared_with.as_slice() {
                    [] => Ok(()),
                    [other] => write!(f, " together with pid {other}"),
                    [first, rest @ ..] => {
                        write!(f, " together with pid {first} and {} more", rest.len())
                    }
                }
            }
            Self::Hidden { uid, port } => write!(
                f,
                "a process of uid {uid} that this user may not look into (to see it: sudo ss -ltnp 'sport = :{port}')"
            ),
            Self::Unseen => f.write_str("something that /proc does not show"),
        }
    }
}

/// Who holds `asked`, or would answer there, and at which address; `ours` is left out of the search.
pub(super) fn find(proc_root: &Path, asked: SocketAddr, ours: Option<u32>) -> (Holder, SocketAddr) {
    let mut sockets: Vec<(u8, Socket)> = sockets::on_port(proc_root, asked.port())
        .unwrap_or_default()
        .into_iter()
        .filter_map(|socket| Some((sockets::closeness(socket.local.ip(), asked.ip())?, socket)))
        .collect();
    // A socket that only keeps the port busy explains it when no listener does.
    sockets.sort_by_key(|(distance, socket)| (!socket.listening, *distance));
    let mut hidden = None;
    for (_, socket) in sockets {
        let holders = holders(proc_root, socket.inode);
        if ours.is_some_and(|pid| holders.contains(&pid)) {
            continue;
        }
        if let Some(owner) = describe(proc_root, &holders) {
            return (Holder::Known(owner), socket.local);
        }
        hidden.get_or_insert((socket.uid, socket.local));
    }
    match hidden {
        Some((uid, local)) => (
            Holder::Hidden {
                uid,
                port: asked.port(),
            },
            local,
        ),
        None => (Holder::Unseen, asked),
    }
}

/// The same as `find` on this machine, off the runtime's threads and with a deadline.
pub(super) async fn look(asked: SocketAddr, ours: Option<u32>) -> (Holder, SocketAddr) {
    let (answer, answered) = tokio::sync::oneshot::channel();
    // A thread of its own: a blocking task of the runtime would hold up its shutdown if it hung.
    std::thread::spawn(move || answer.send(find(Path::new("/proc"), asked, ours)));
    match tokio::time::timeout(LOOK_DEADLINE, answered).await {
        Ok(Ok(found)) => found,
        _ => (Holder::Unseen, asked),
    }
}

/// The pids that have the socket open, in ascending order; those we may not look into are absent.
fn holders(proc_root: &Path, inode: u64) -> Vec<u32> {
    let wanted = PathBuf::from(format!("socket:[{inode}]"));
    let Ok(entries) = std::fs::read_dir(proc_root) else {
        return Vec::new();
    };
    let mut pids: Vec<u32> = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .filter(|pid: &u32| {
            std::fs::read_dir(proc_root.join(pid.to_string()).join("fd")).is_ok_and(|open| {
                open.flatten()
                    .any(|fd| std::fs::read_link(fd.path()).is_ok_and(|to| to == wanted))
            })
        })
        .collect();
    pids.sort_unstable();
    pids
}

fn describe(proc_root: &Path, holders: &[u32]) -> Option<Owner> {
    let ticks = |pid: u32| start_ticks(proc_root, pid).unwrap_or(u64::MAX);
    let pid = holders
        .iter()
        .copied()
        .min_by_key(|&pid| (ticks(pid), pid))?;
    let since = start_ticks(proc_root, pid)
        .zip(boot_time(proc_root))
        .map(|(ticks, boot_s)| utc::format(boot_s.saturating_add(ticks / TICKS_PER_SECOND)));
    let shared_with = holders
        .iter()
        .copied()
        .filter(|&other| other != pid)
        .collect();
    Some(Owner {
        pid,
        command: command(proc_root, pid),
        since,
        shared_with,
    })
}

fn command(proc_root: &Path, pid: u32) -> String {
    let folder = proc_root.join(pid.to_string());
    let read = |name: &str| {
        let mut bytes = Vec::new();
        let file = std::fs::File::open(folder.join(name)).ok()?;
        file.take(4096).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    };
    let words = read("cmdline").unwrap_or_default();
    let words = words.strip_suffix(b"\0").unwrap_or(&words);
    if !words.is_empty() {
        let text = String::from_utf8_lossy(words).replace('\0', " ");
        return printable(&text, COMMAND_CHARS);
    }
    match read("comm") {
        Some(name) => printable(String::from_utf8_lossy(&name).trim_end(), COMMAND_CHARS),
        None => "?".to_owned(),
    }
}

/// Cut to `max` characters, and everything that could move a terminal's cursor or turn text round
/// escaped: the text comes from a process that we do not trust.
pub(super) fn printable(text: &str, max: usize) -> String {
    let mut shown = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == max {
            shown.push_str("...");
            break;
        }
        let turns = matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}');
        if letter.is_control() || turns || letter == '"' || letter == '\\' {
            shown.extend(letter.escape_default());
        } else {
            shown.push(letter);
        }
    }
    shown
}

/// Field 22 of `stat`, in ticks since boot; counted after the last `)`, because a name may hold any text.
fn start_ticks(proc_root: &Path, pid: u32) -> Option<u64> {
    let bytes = std::fs::read(proc_root.join(pid.to_string()).join("stat")).ok()?;
    let text = String::from_utf8_lossy(&bytes);
    text.rsplit_once(')')?
        .1
        .split_whitespace()
        .nth(19)?
        .parse()
        .ok()
}

fn boot_time(proc_root: &Path) -> Option<u64> {
    let text = std::fs::read_to_string(proc_root.join("stat")).ok()?;
    text.lines()
        .find_map(|line| line.strip_prefix("btime "))?
        .trim()
        .parse()
        .ok()
}

#[cfg(test)]
mod tests;
