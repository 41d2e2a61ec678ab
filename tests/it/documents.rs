//! What the documents say of this repository is true: the files and folders that they name are
//! there, and so are the tests that they name and the pages that they link to; what they say is
//! absent is absent. The tables that are made from other files are proved beside those.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// What may be left out in front of a path, as SECURITY.md says.
const LEFT_OUT: [&str; 4] = ["", "crates/supervisor/src", "tests/attacks", "tests/it"];
/// And in ARCHITECTURE.md, whose map has a row for the folder above the others.
const LEFT_OUT_IN_THE_MAP: [&str; 2] = ["src", "crates/protocol/src"];
/// By these endings a word is taken for a file of the repository.
const ENDINGS: [&str; 9] = [
    "rs", "cpp", "py", "json", "jsonl", "toml", "md", "sh", "yml",
];
/// Files of requests, operators, languages and peers.
const NOT_OURS: [&str; 8] = [
    "main.cpp",
    "main.py",
    "main.sh",
    "warmbox.toml",
    "./warmbox.toml",
    "language.toml",
    "testsuite/",
    "dmoj/executors/",
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn documents() -> Vec<PathBuf> {
    let mut found = vec![root().join("SECURITY.md"), root().join("ARCHITECTURE.md")];
    found.extend(find(root(), "docs/*.md"));
    assert!(found.len() >= 5, "{found:?}");
    found
}

/// What there is below a folder under this path, in which `*` stands for a part of a name.
fn find(folder: &Path, path: &str) -> Vec<PathBuf> {
    let (name, rest) = path.split_once('/').unwrap_or((path, ""));
    let Some((front, back)) = name.split_once('*') else {
        let here = folder.join(name);
        return match (here.exists(), rest) {
            (false, _) => Vec::new(),
            (true, "") => vec![here],
            (true, _) => find(&here, rest),
        };
    };
    let fits = |name: &str| {
        name.len() >= front.len() + back.len() && name.starts_with(front) && name.ends_with(back)
    };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = entries.filter_map(|entry| entry.file_name().into_string().ok());
    let fitting = names
        .filter(|name| fits(name))
        .map(|name| folder.join(name));
    match rest {
        "" => fitting.collect(),
        _ => fitting.flat_map(|here| find(&here, rest)).collect(),
    }
}

/// A paragraph's words in backticks, in their order; of a table a row is a paragraph. Examples are
/// left out.
fn paragraphs(text: &str) -> Vec<Vec<&str>> {
    let (mut found, mut example) = (vec![Vec::new()], false);
    for line in text.lines() {
        if line.trim_start().starts_with("```") {
            example = !example;
        }
        if line.is_empty() || line.starts_with(['|', '#', '-']) {
            found.push(Vec::new());
        }
        if !example && let Some(words) = found.last_mut() {
            words.extend(line.split('`').skip(1).step_by(2));
        }
    }
    found
}

/// Whether a word can be meant as a path of the repository.
fn is_path(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || "/._-*<>…".contains(c);
    let of_the_system = word.starts_with('/') || word.contains("//");
    let (first, _) = word.split_once('/').unwrap_or_default();
    let ending = word.rsplit_once('.').map(|(_, ending)| ending);
    let ours = word.ends_with('/')
        || ending.is_some_and(|ending| ENDINGS.contains(&ending))
        || (!first.is_empty() && root().join(first).is_dir());
    word.chars().all(plain) && ours && !of_the_system && !NOT_OURS.contains(&word)
}

/// Whether a word can be a function's name.
fn is_name(word: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    word.starts_with(|c: char| c.is_ascii_lowercase()) && word.chars().all(plain)
}

/// Where a document's path leads: from the root, from what may be left out, or from the folder of
/// one that the same paragraph names before it.
fn resolve(document: &Path, before: &[PathBuf], path: &str) -> Vec<PathBuf> {
    let path = path.trim_start_matches("…/").replace("<language>", "*");
    let map: &[&str] = match document.ends_with("ARCHITECTURE.md") {
        true => &LEFT_OUT_IN_THE_MAP,
        false => &[],
    };
    let from = LEFT_OUT.iter().chain(map).map(|folder| root().join(folder));
    from.chain(before.iter().cloned())
        .flat_map(|folder| find(&folder, path.trim_end_matches('/')))
        .filter(|found| !path.ends_with('/') || found.is_dir())
        .collect()
}

/// Whether one of the files has a test of this name.
fn has_test(files: &[PathBuf], name: &str) -> bool {
    files.iter().filter(|path| path.is_file()).any(|file| {
        let text = read(file);
        let (front, _) = text.split_once(&format!("fn {name}(")).unwrap_or_default();
        let attributes = front.rsplit(['}', ';']).next().unwrap_or_default();
        attributes.contains("test]") || attributes.contains("test(")
    })
}

#[test]
fn the_files_and_tests_that_documents_name_are_there() {
    let (mut wrong, mut paths, mut tests) = (BTreeSet::new(), 0, 0);
    for document in documents() {
        let text = read(&document);
        let of = document.strip_prefix(root()).unwrap_or(&document).display();
        for words in paragraphs(&text) {
            let (mut before, mut sources) = (Vec::new(), Vec::new());
            for word in words {
                let (path, test) = match word.split_once("::") {
                    Some((path, test)) if is_name(test) => (path, Some(test)),
                    _ => (word, None),
                };
                if is_path(path) {
                    paths += 1;
                    let found = resolve(&document, &before, path);
                    if found.is_empty() {
                        wrong.insert(format!("{of}: there is no {word}"));
                    }
                    before.extend(found.iter().map(|found| match found.is_dir() {
                        true => found.clone(),
                        false => found.parent().unwrap_or(root()).to_owned(),
                    }));
                    sources = found;
                } else if !path.is_empty() {
                    continue;
                }
                // `::name` is another test of the file before it.
                if let Some(test) = test {
                    tests += 1;
                    if !has_test(&sources, test) {
                        wrong.insert(format!("{of}: there is no test {word}"));
                    }
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert!(paths > 200 && tests > 50, "{paths} paths, {tests} tests");
}

#[test]
fn the_pages_that_documents_link_to_are_there() {
    let mut wrong = Vec::new();
    let more = ["README.md", "CONTRIBUTING.md"].map(|name| root().join(name));
    for document in documents().into_iter().chain(more) {
        let text = read(&document);
        let folder = document.parent().unwrap_or(root());
        for rest in text.split("](").skip(1) {
            let target = rest.split([')', '#']).next().unwrap_or_default();
            if !target.contains(':') && !folder.join(target).exists() {
                wrong.push(format!("{}: {target}", document.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Where, which words, and what ARCHITECTURE.md or SECURITY.md says instead.
const ABSENT: [(&[&str], &[&str], &str); 4] = [
    (
        &["src"],
        &[
            "create_exec",
            "start_exec",
            "to_container(",
            "from_container(",
        ],
        "no program is sent to a container by exec or cp",
    ),
    (
        &["src", "crates"],
        &["\"/bin/sh", "new(\"sh", "new(\"bash"],
        "no shell, no command string",
    ),
    (
        &["src", "crates"],
        &["SystemTime"],
        "deadlines are on the monotonic clock",
    ),
    (
        &["crates/supervisor/src/runner"],
        &[
            "File::create",
            "OpenOptions",
            "fs::write",
            "fs::copy",
            "remove_file",
            "remove_dir",
            "rename",
            "set_permissions",
            "chown",
        ],
        "nothing is written, renamed or removed by path once user code has run",
    ),
];

#[test]
fn what_documents_say_is_absent_is_absent() {
    let mut wrong = Vec::new();
    for (folders, words, says) in ABSENT {
        for source in folders
            .iter()
            .flat_map(|folder| sources(&root().join(folder)))
        {
            let text = read(&source);
            let found = words.iter().filter(|word| text.contains(*word));
            wrong.extend(found.map(|word| format!("{says}, but {}: {word}", source.display())));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = find(folder, "*.rs");
    let below = find(folder, "*").into_iter().filter(|path| path.is_dir());
    found.extend(below.flat_map(|folder| sources(&folder)));
    assert!(folder.is_dir(), "{}", folder.display());
    found
}
