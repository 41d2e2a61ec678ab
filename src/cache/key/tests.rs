use super::*;
use crate::language::load;
use proptest::collection::vec;
use proptest::prelude::*;
use std::collections::HashSet;
use warmbox_protocol::{Following, Prepared, RunId, SupportFile};

fn cpp() -> Language {
    let all = load(None, &["cpp".to_owned()]).unwrap();
    (*all[0]).clone()
}

fn toolchain() -> Toolchain {
    Toolchain {
        identity: "image".to_owned(),
        version: "g++ 14".to_owned(),
    }
}

fn file(path: &str, bytes: &[u8]) -> InputFile {
    InputFile {
        path: path.to_owned(),
        bytes: bytes.to_vec(),
        executable: false,
    }
}

fn spec() -> RunSpec {
    RunSpec {
        run: RunId([1; 16]),
        request: "r".to_owned(),
        argv: vec!["g++".to_owned(), "-O2".to_owned()],
        prepared: None,
        env: vec![("PATH".to_owned(), "/bin".to_owned())],
        files: vec![file("main.cpp", b"int main() {}"), file("a.h", b"")],
        stdin: Vec::new(),
        stdin_open: false,
        limits: Limits {
            wall_ms: 1,
            cpu_ms: 2,
            memory_bytes: 3,
            processes: 4,
            output_bytes: 5,
            file_size_bytes: 6,
            disk_bytes: 7,
            open_files: 8,
        },
        stop_at_output_limit: false,
        following: Following::Nobody,
        terminal: None,
        core: None,
        collect: Collect {
            paths: vec!["main".to_owned()],
            image_endings: Vec::new(),
            max_files: 1,
            max_bytes: 9,
            ..Collect::default()
        },
    }
}

/// The key of a program that differs from others in these words alone.
pub(in super::super) fn key(words: &str) -> Key {
    let mut spec = spec();
    spec.files[0].bytes = words.as_bytes().to_vec();
    Key::of(&spec, &cpp(), &toolchain())
}

#[test]
fn every_part_that_decides_makes_another_key() {
    type Change = fn(&mut RunSpec, &mut Language, &mut Toolchain);
    let changes: [Change; 22] = [
        |_, _, _| {},
        |spec, _, _| spec.argv[1] = "-O3".to_owned(),
        |spec, _, _| spec.argv.push("-g".to_owned()),
        |spec, _, _| spec.env[0].1 = "/usr/bin".to_owned(),
        |spec, _, _| spec.files[0].path = "other.cpp".to_owned(),
        |spec, _, _| spec.files[0].bytes.push(b' '),
        |spec, _, _| spec.files[0].executable = true,
        |spec, _, _| spec.files.swap(0, 1),
        |spec, _, _| spec.files.truncate(1),
        |spec, _, _| spec.stdin = vec![0],
        |spec, _, _| {
            spec.prepared = Some(Prepared {
                parent: "x".to_owned(),
                args: Vec::new(),
            });
        },
        |spec, _, _| spec.limits.memory_bytes = 0,
        |spec, _, _| spec.limits.processes = 0,
        |spec, _, _| spec.limits.file_size_bytes = 0,
        |spec, _, _| spec.limits.disk_bytes = 0,
        |spec, _, _| spec.limits.open_files = 0,
        |spec, _, _| spec.collect.paths[0] = "other".to_owned(),
        |_, language, _| language.name = "c".to_owned(),
        |_, language, _| {
            language.compile.as_mut().unwrap().output = "other".to_owned();
        },
        |_, language, _| {
            language.support.push(SupportFile {
                name: "a.h".to_owned(),
                bytes: Vec::new(),
            });
        },
        |_, _, toolchain| toolchain.identity = "another image".to_owned(),
        |_, _, toolchain| toolchain.version = "g++ 15".to_owned(),
    ];
    let keys: HashSet<Key> = (changes.iter())
        .map(|change| {
            let (mut spec, mut language, mut toolchain) = (spec(), cpp(), toolchain());
            change(&mut spec, &mut language, &mut toolchain);
            Key::of(&spec, &language, &toolchain)
        })
        .collect();
    assert_eq!(keys.len(), changes.len());
}

#[test]
fn what_a_request_sets_for_itself_and_its_names_make_no_other_key() {
    let mut other = spec();
    other.run = RunId([2; 16]);
    other.request = "another".to_owned();
    other.limits.wall_ms = 100;
    other.limits.cpu_ms = 100;
    other.limits.output_bytes = 100;
    let key = |spec: &RunSpec| Key::of(spec, &cpp(), &toolchain());
    assert_eq!(key(&other), key(&spec()));
    assert_eq!(key(&other).hex().len(), 64);
}

/// Few letters and short parts: two that differ only in where a part ends are drawn often.
fn parts() -> impl Strategy<Value = RunSpec> {
    let word = "[ab]{0,2}";
    let files = vec((word, word), 0..3);
    (vec(word, 0..3), vec((word, word), 0..3), files, word).prop_map(|(argv, env, files, stdin)| {
        let files = files
            .iter()
            .map(|(path, bytes)| file(path, bytes.as_bytes()));
        RunSpec {
            argv,
            env,
            files: files.collect(),
            stdin: stdin.into_bytes(),
            ..spec()
        }
    })
}

proptest! {
    #[test]
    fn keys_are_equal_where_all_parts_are_and_nowhere_else(one in parts(), other in parts()) {
        let key = |spec: &RunSpec| Key::of(spec, &cpp(), &toolchain());
        prop_assert_eq!(key(&one) == key(&other), one == other);
    }

    #[test]
    fn a_part_that_ends_elsewhere_is_another(texts in vec("[ab]{0,3}", 2..5), at: prop::sample::Index) {
        // The last byte of one part becomes the first of the next: all of them together stay.
        let at = at.index(texts.len() - 1);
        let mut moved = texts.clone();
        prop_assume!(!moved[at].is_empty());
        let end = moved[at].len() - 1;
        let last = moved[at].split_off(end);
        moved[at + 1].insert_str(0, &last);
        let key = |argv: &Vec<String>| {
            let spec = RunSpec { argv: argv.clone(), ..spec() };
            Key::of(&spec, &cpp(), &toolchain())
        };
        prop_assert_ne!(key(&texts), key(&moved));
    }
}
