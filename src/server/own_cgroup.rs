//! The server's own cgroup, as far as it counts memory.

use std::path::{Path, PathBuf};

/// A folder that may count it, by the version of its hierarchy.
pub(super) enum Folder {
    V1(PathBuf),
    V2(PathBuf),
}

/// Asks the folders of this process's cgroup in turn, and answers what the first tells that knows.
pub(super) fn ask<T>(ask: impl Fn(Folder) -> Option<T>) -> Option<T> {
    let groups = std::fs::read_to_string("/proc/self/cgroup").ok()?;
    groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':').skip(1);
        let (controllers, path) = (fields.next()?, fields.next()?.trim_start_matches('/'));
        ask(match controllers {
            "" => Folder::V2(Path::new("/sys/fs/cgroup").join(path)),
            "memory" => Folder::V1(Path::new("/sys/fs/cgroup/memory").join(path)),
            _ => return None,
        })
    })
}
