//! The processes of this machine, read from /proc.

use super::wait_for;
use std::fs;
use std::time::Duration;

/// One process: the start time tells it apart from a later one with the same pid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Process {
    pub(crate) pid: u32,
    pub(crate) parent: u32,
    pub(crate) command: String,
    started: u64,
}

/// Every process that is not a zombie.
pub(crate) fn all() -> Vec<Process> {
    pids().into_iter().filter_map(read).collect()
}

/// Children, their children and so on, nearest first.
pub(crate) fn descendants(root: u32) -> Vec<Process> {
    let all = all();
    let mut family: Vec<Process> = Vec::new();
    let mut parents = vec![root];
    while !parents.is_empty() {
        let children: Vec<_> = all
            .iter()
            .filter(|process| parents.contains(&process.parent))
            .cloned()
            .collect();
        parents = children.iter().map(|child| child.pid).collect();
        family.extend(children);
    }
    family
}

/// The beginning of a Python program that is to be found by a marker without having it for an
/// argument: one without arguments is run by an interpreter that waited for it.
pub(crate) fn named(marker: &str) -> String {
    format!("open('/proc/self/comm', 'w').write({marker:?})\n")
}

/// The processes with `marker` in their command line, or with as much of it for a name as the
/// kernel keeps.
pub(crate) fn marked(marker: &str) -> Vec<Process> {
    let name = &marker.as_bytes()[..marker.len().min(15)];
    let is_marked = |pid: &u32| {
        let named = || fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
        command(*pid).contains(marker) || named().trim_ascii_end() == name
    };
    // Not more than that of the others: beside a fork bomb a look at everything takes seconds.
    let mut pids = pids();
    pids.retain(is_marked);
    pids.into_iter().filter_map(read).collect()
}

/// Those of `family` that are alive after `deadline`.
pub(crate) fn left_after(deadline: Duration, family: &[Process]) -> Vec<Process> {
    let alive = || {
        let mut alive = family.to_vec();
        alive.retain(|old| read(old.pid).is_some_and(|now| now.started == old.started));
        alive
    };
    let start = std::time::Instant::now();
    while start.elapsed() < deadline && !alive().is_empty() {
        std::thread::sleep(Duration::from_millis(5));
    }
    alive()
}

/// Waits until a process with the marker is there.
pub(crate) fn wait_for_marked(marker: &str) -> Process {
    wait_for(Duration::from_secs(10), "the marked process starts", || {
        marked(marker).pop()
    })
}

/// Sends a signal, by its name.
pub(crate) fn signal(pid: u32, name: &str) {
    let sent = std::process::Command::new("/bin/sh")
        .args(["-c", &format!("kill -{name} {pid}")])
        .status()
        .expect("sh is there");
    assert!(sent.success(), "kill -{name} {pid}");
}

/// A figure of `/proc/<pid>/status` in KiB, such as `VmHWM`.
pub(crate) fn status_kib(pid: u32, field: &str) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).expect("the process is there");
    let line = text.lines().find(|line| line.starts_with(field));
    let number = line.and_then(|line| line.split_whitespace().nth(1)?.parse().ok());
    number.unwrap_or_else(|| panic!("no {field} in {text}"))
}

fn read(pid: u32) -> Option<Process> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    let stat = String::from_utf8_lossy(&stat);
    // after the name, which may hold anything: state, parent, ..., field 22 the start
    let fields: Vec<_> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    if matches!(*fields.first()?, "Z" | "X") {
        return None;
    }
    Some(Process {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        command: command(pid),
        started: fields.get(19)?.parse().ok()?,
    })
}

fn pids() -> Vec<u32> {
    let entries = fs::read_dir("/proc").expect("/proc is there").flatten();
    entries
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok())
        .collect()
}

fn command(pid: u32) -> String {
    let words = fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    String::from_utf8_lossy(&words).replace('\0', " ")
}
