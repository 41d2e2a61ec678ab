//! The names of a request's files: what is accepted lies beneath the work folder wherever it is
//! joined to, and is never an option; what is refused breaks one of those rules. Names that are
//! accepted together can all be made, in any order.
//!
//! Input: names, with the byte FF between them, which is in no UTF-8.

#![no_main]

use libfuzzer_sys::fuzz_target;
use std::path::{Component, Path};
use warmbox::api::file_names::{check_name, check_together};

/// Enough for every pair to be looked at.
const MOST_NAMES: usize = 32;

fuzz_target!(|input: &[u8]| {
    let names: Vec<&str> = input
        .split(|byte| *byte == 0xFF)
        .filter_map(|name| std::str::from_utf8(name).ok())
        .take(MOST_NAMES)
        .collect();
    let mut accepted = Vec::new();
    for name in names {
        match check_name(name) {
            Ok(()) => {
                lies_beneath(name);
                accepted.push(name);
            }
            Err(reason) => {
                assert!(!is_fine(name), "{name:?} refused: {reason}");
                assert!(reason.len() < 100, "{reason}");
            }
        }
    }
    match check_together(&accepted) {
        Ok(()) => assert!(!collide(&accepted), "{accepted:?}"),
        Err((name, reason)) => {
            assert!(collide(&accepted), "{accepted:?} refused: {reason}");
            assert!(accepted.contains(&name));
        }
    }
});

fn lies_beneath(name: &str) {
    assert!((1..=1024).contains(&name.len()));
    assert!(!name.contains(|c: char| c.is_control() || c == '\0'));
    assert!(!name.starts_with(['-', '@', '/']));
    for component in name.split('/') {
        assert!(
            !matches!(component, "" | "." | "..") && component.len() <= 255,
            "{name:?}"
        );
    }
    // as the kernel and the standard library read it
    let folder = Path::new("/work");
    let joined = folder.join(name);
    assert_eq!(joined.strip_prefix(folder), Ok(Path::new(name)));
    assert_eq!(joined.as_os_str().len(), "/work/".len() + name.len());
    let parts = Path::new(name).components();
    assert!(
        parts
            .clone()
            .all(|part| matches!(part, Component::Normal(_)))
    );
    assert_eq!(parts.count(), name.split('/').count());
}

/// The rules once more, by other means.
fn is_fine(name: &str) -> bool {
    let path = Path::new(name);
    let plain = path.components().all(|part| match part {
        Component::Normal(part) => part.len() <= 255,
        _ => false,
    });
    // components() passes over what is empty or `.`: put together again they would be fewer bytes
    let whole = path.components().collect::<std::path::PathBuf>();
    let option = matches!(name.as_bytes().first(), None | Some(b'-' | b'@'));
    plain
        && whole.as_os_str() == name
        && !option
        && name.len() <= 1024
        && !name.chars().any(char::is_control)
}

fn collide(names: &[&str]) -> bool {
    names.iter().enumerate().any(|(index, name)| {
        let mut others = names.iter().enumerate();
        others.any(|(other, path)| other != index && Path::new(path).starts_with(name))
    })
}
