//! Computes the build id: a hash over the sources of the protocol, the supervisor and the library of
//! prepared interpreters. All are compiled with the same value, and a mismatch is refused at Hello.

use std::fs;
use std::path::{Path, PathBuf};

fn main() {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    let folders = ["src", "../supervisor/src", "../prepared/src"];
    for folder in folders.map(|folder| here.join(folder)) {
        println!("cargo::rerun-if-changed={}", folder.display());
        collect(&folder, &mut files);
    }
    files.sort();
    let mut hash: u64 = 0xcbf2_9ce4_8422_2325; // FNV-1a: an identity, not a signature
    for file in files {
        for byte in fs::read(&file).unwrap_or_default() {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    }
    let version = env!("CARGO_PKG_VERSION");
    println!("cargo::rustc-env=WARMBOX_BUILD_ID={version}-{hash:016x}");
}

fn collect(folder: &Path, into: &mut Vec<PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            collect(&path, into);
        } else {
            into.push(path);
        }
    }
}
