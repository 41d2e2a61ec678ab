//! Whether the programs below a folder are still what they were, by what the file system tells of
//! a few places that change with them. Reads no file and knows no package manager.

use std::fs::Metadata;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

/// Where a language's program is looked for, as in a sandbox.
const PROGRAMS: [&str; 3] = ["usr/local/bin", "usr/bin", "bin"];

/// What is replaced or written whenever a compiler, its headers or its libraries are: the folders
/// that they lie in, and the lists that package managers keep of what is installed.
const CHANGED_WITH_THEM: [&str; 16] = [
    "",
    "usr",
    "usr/bin",
    "usr/include",
    "usr/lib",
    "usr/lib64",
    "usr/libexec",
    "usr/local/bin",
    "usr/local/include",
    "usr/local/lib",
    "etc/alternatives",
    "var/lib/dpkg/status",
    "var/lib/rpm/rpmdb.sqlite",
    "usr/lib/sysimage/rpm/rpmdb.sqlite",
    "lib/apk/db/installed",
    "var/lib/pacman/local",
];

/// Whether a sandbox on what is below `root` would find this program.
pub(super) fn has(root: &Path, program: &str) -> bool {
    let Some((path, _)) = find(root, program) else {
        return false;
    };
    // Of this machine a sandbox sees no more. Links in another root lead to where they do in it.
    let seen = ["/usr", "/bin", "/lib", "/lib64"];
    let in_sight = |real: PathBuf| seen.iter().any(|folder| real.starts_with(folder));
    root != Path::new("/") || path.canonicalize().is_ok_and(in_sight)
}

/// Differs when the toolchain below `root` may be another. `None` where its `program` is not there.
///
/// A header that is written over by hand, in place, below one of these folders is not noticed.
pub(super) fn state(root: &Path, program: &str) -> Option<String> {
    let (path, link) = find(root, program)?;
    let mut state = format!("{} {}", path.display(), of(&link));
    // What it leads to.
    let places = CHANGED_WITH_THEM.iter().map(|place| root.join(place));
    for place in std::iter::once(path).chain(places) {
        let told = std::fs::metadata(&place).map_or("-".to_owned(), |found| of(&found));
        state.push('\n');
        state.push_str(&told);
    }
    Some(state)
}

/// The program, or the link to it: in a root it may lead to where only its sandbox would find it.
fn find(root: &Path, program: &str) -> Option<(PathBuf, Metadata)> {
    PROGRAMS.iter().find_map(|folder| {
        let path = root.join(folder).join(program);
        let link = std::fs::symlink_metadata(&path).ok()?;
        Some((path, link))
    })
}

/// The time of the last change cannot be set, only be the present one.
fn of(found: &Metadata) -> String {
    let changed = (found.ctime(), found.ctime_nsec());
    let written = (found.mtime(), found.mtime_nsec());
    let place = (found.dev(), found.ino(), found.size());
    format!("{place:?} {written:?} {changed:?}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn whatever_changes_with_a_toolchain_changes_its_state() {
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path();
        assert!(state(root, "cc").is_none() && !has(root, "cc"));
        fs::create_dir_all(root.join("usr/bin")).unwrap();
        fs::create_dir_all(root.join("var/lib/dpkg")).unwrap();
        fs::write(root.join("usr/bin/cc-1"), "one").unwrap();
        std::os::unix::fs::symlink("cc-1", root.join("usr/bin/cc")).unwrap();
        assert!(has(root, "cc") && !has(root, "c"));
        let mut states = vec![state(root, "cc").unwrap()];
        assert_eq!(state(root, "cc"), Some(states[0].clone()));
        let changes: [&dyn Fn(); 4] = [
            &|| fs::write(root.join("usr/bin/cc-1"), "another").unwrap(),
            &|| fs::write(root.join("usr/bin/ld"), "").unwrap(),
            &|| fs::write(root.join("var/lib/dpkg/status"), "g++ 15").unwrap(),
            &|| fs::create_dir_all(root.join("usr/local/include")).unwrap(),
        ];
        for change in changes {
            change();
            let now = state(root, "cc").unwrap();
            assert!(!states.contains(&now));
            states.push(now);
        }
    }
}
