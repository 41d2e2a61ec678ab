//! An image of a few megabytes, for tests that are about Docker and not about a language: the
//! shell of whoever runs the tests, a few programs, and the libraries that these need.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

const PROGRAMS: &[&str] = &["sh", "cat", "head", "sleep", "tail", "tr"];
/// Where sandboxes are built, or what programs expect.
const FOLDERS: &[&str] = &["usr", "usr/bin", "etc", "tmp"];
const LINKS: &[&str] = &["bin", "sbin", "lib", "lib64"];

/// The whole of it as a tar, with a text in `/usr/version` by which a program can tell.
pub(super) fn with_version(version: &str) -> Vec<u8> {
    static REST: OnceLock<Vec<u8>> = OnceLock::new();
    // What was begun can be gone on with: an archive has no head, only an end.
    let mut archive = tar::Builder::new(REST.get_or_init(rest).clone());
    add(&mut archive, Path::new("usr/version"), version.as_bytes());
    archive.into_inner().expect("it is written to memory")
}

/// An archive without its end.
fn rest() -> Vec<u8> {
    let mut archive = tar::Builder::new(Vec::new());
    for folder in FOLDERS {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Directory);
        header.set_mode(0o755);
        header.set_size(0);
        let added = archive.append_data(&mut header, folder, std::io::empty());
        added.expect("it is written to memory");
    }
    for link in LINKS {
        let mut header = tar::Header::new_gnu();
        header.set_entry_type(tar::EntryType::Symlink);
        header.set_mode(0o777);
        header.set_size(0);
        let added = archive.append_link(&mut header, link, format!("usr/{link}"));
        added.expect("it is written to memory");
    }
    let mut libraries = BTreeSet::new();
    for name in PROGRAMS {
        let program = Path::new("/bin").join(name);
        libraries.extend(libraries_of(&program));
        let bytes = fs::read(&program).expect("every system has it");
        add(&mut archive, &Path::new("usr/bin").join(name), &bytes);
    }
    for library in libraries {
        let bytes = fs::read(&library).expect("the loader reads it, too");
        let inside = library.strip_prefix("/usr").or(library.strip_prefix("/"));
        let inside = Path::new("usr").join(inside.expect("it is an absolute path"));
        add(&mut archive, &inside, &bytes);
    }
    archive.get_ref().clone()
}

/// Where the loader finds what a program needs, the loader itself included.
fn libraries_of(program: &Path) -> Vec<PathBuf> {
    let told = Command::new("ldd").arg(program).output().expect("ldd");
    let told = String::from_utf8_lossy(&told.stdout).into_owned();
    told.split_whitespace()
        .filter(|word| word.starts_with('/'))
        .map(PathBuf::from)
        .collect()
}

fn add(archive: &mut tar::Builder<Vec<u8>>, path: &Path, bytes: &[u8]) {
    let mut header = tar::Header::new_gnu();
    header.set_mode(0o755);
    header.set_size(bytes.len() as u64);
    let added = archive.append_data(&mut header, path, bytes);
    added.expect("it is written to memory");
}
