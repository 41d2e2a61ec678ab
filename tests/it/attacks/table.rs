//! SECURITY.md's tables of layers and of holes, made from the attacks' own headers. A table that is
//! not true any more fails here; `WARMBOX_BLESS=1` writes it anew.

use super::corpus::{Attack, CATEGORIES, attacks};
use std::collections::BTreeMap;
use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

/// Every layer that can stop an attack, in the order of SECURITY.md, and where it is put up.
const LAYERS: [(&str, &[&str]); 22] = [
    (
        "requests",
        &[
            "src/api/body.rs",
            "src/api/file_names.rs",
            "src/config/limits.rs",
        ],
    ),
    ("container", &["src/engine/docker/hardening.rs"]),
    ("outer root", &["crates/supervisor/src/outer/root.rs"]),
    (
        "network",
        &[
            "crates/supervisor/src/outer/keeper.rs",
            "crates/supervisor/src/outer/seal.rs",
        ],
    ),
    (
        "namespaces",
        &[
            "crates/supervisor/src/sandbox/enter.rs",
            "crates/supervisor/src/sandbox/mod.rs",
        ],
    ),
    ("scratch", &["crates/supervisor/src/sandbox/mounts.rs"]),
    ("proc", &["crates/supervisor/src/sandbox/mounts.rs"]),
    (
        "identities",
        &[
            "crates/supervisor/src/outer/identity.rs",
            "crates/supervisor/src/sandbox/identity.rs",
        ],
    ),
    (
        "no privileges",
        &[
            "crates/supervisor/src/sandbox/program.rs",
            "crates/supervisor/src/sys/caps.rs",
        ],
    ),
    ("filter", &["crates/supervisor/src/seccomp/policy.rs"]),
    (
        "no user namespaces",
        &["crates/supervisor/src/sandbox/mounts.rs"],
    ),
    (
        "descriptors",
        &[
            "crates/supervisor/src/sandbox/program.rs",
            "crates/supervisor/src/sandbox/enter.rs",
        ],
    ),
    ("rlimits", &["crates/supervisor/src/sandbox/program.rs"]),
    ("cgroup", &["crates/supervisor/src/cgroup/mod.rs"]),
    ("meter", &["crates/supervisor/src/runner/meter.rs"]),
    ("wall clock", &["crates/supervisor/src/runner/watch.rs"]),
    (
        "output",
        &["crates/supervisor/src/runner/output.rs", "src/run/text.rs"],
    ),
    (
        "files out",
        &[
            "crates/supervisor/src/runner/files.rs",
            "crates/supervisor/src/sys/fs.rs",
        ],
    ),
    ("compiler", &["src/run/stages.rs"]),
    (
        "prepared",
        &[
            "crates/supervisor/src/sandbox/parent.rs",
            "crates/supervisor/src/sandbox/waiting.rs",
        ],
    ),
    (
        "verdict channel",
        &[
            "crates/supervisor/src/sandbox/report.rs",
            "crates/supervisor/src/runner/verdict.rs",
        ],
    ),
    ("pool", &["src/pool/runner.rs", "src/pool/stage.rs"]),
];

#[test]
fn the_tables_of_attacks_in_security_md_are_true() {
    let mut all = attacks("cpp");
    all.extend(attacks("py"));
    for attack in &all {
        for layer in &attack.stopped_by {
            let known = LAYERS.iter().any(|(name, _)| name == layer);
            assert!(known, "{}: there is no layer {layer:?}", attack.name);
        }
    }
    let path = root().join("SECURITY.md");
    let text = fs::read_to_string(&path).expect("SECURITY.md is there");
    let made = replace(&text, "attacks", &layers(&all));
    let made = replace(&made, "holes", &holes(&all));
    if std::env::var_os("WARMBOX_BLESS").is_some() {
        fs::write(&path, &made).expect("SECURITY.md can be written");
    } else if made != text {
        let differs = made.lines().zip(text.lines()).find(|(a, b)| a != b);
        panic!(
            "SECURITY.md is not true any more; with WARMBOX_BLESS=1 this test mends it: {differs:#?}"
        );
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// What is in SECURITY.md between the lines `<!-- name -->` and `<!-- end of name -->`.
fn replace(text: &str, name: &str, with: &str) -> String {
    let (begin, end) = (
        format!("<!-- {name} -->\n"),
        format!("<!-- end of {name} -->"),
    );
    let parts = text.split_once(&begin).and_then(|(front, rest)| {
        let (_, back) = rest.split_once(&end)?;
        Some(format!("{front}{begin}{with}{end}{back}"))
    });
    parts.unwrap_or_else(|| panic!("SECURITY.md has no {begin}"))
}

/// A row for each layer. An attack is in the row of the layer that stops it; those that would
/// stop it next are in its header.
fn layers(all: &[Attack]) -> String {
    let mut table = String::from(
        "| layer | source | attacks that it stops | that it would stop next |\n|---|---|---|--:|\n",
    );
    for (layer, sources) in LAYERS {
        for source in sources {
            assert!(
                root().join(source).is_file(),
                "{layer}: there is no {source}"
            );
        }
        let sources = sources.map_paths();
        let first = all.iter().filter(|attack| attack.stopped_by[0] == layer);
        let next = all
            .iter()
            .filter(|attack| attack.stopped_by[1..].iter().any(|by| by == layer));
        let first = by_category(first);
        let next = next.count();
        assert!(
            !first.is_empty() || next > 0 || layer == "container",
            "no attack for {layer}"
        );
        writeln!(table, "| {layer} | {sources} | {first} | {next} |").expect("it is a string");
    }
    table
}

trait MapPaths {
    fn map_paths(&self) -> String;
}

impl MapPaths for &[&str] {
    fn map_paths(&self) -> String {
        let short = self.iter().map(|path| {
            format!(
                "`{}`",
                path.strip_prefix("crates/supervisor/src/").unwrap_or(path)
            )
        });
        short.collect::<Vec<_>>().join(", ")
    }
}

/// `escape/`: a.cpp, b.py; `forgery/`: ...
fn by_category<'a>(attacks: impl Iterator<Item = &'a Attack>) -> String {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for attack in attacks {
        let file = attack.name.split('/').next_back().unwrap_or_default();
        found.entry(attack.category).or_default().push(file);
    }
    let of = |(category, files): (&&str, &Vec<&str>)| format!("`{category}/` {}", files.join(" "));
    let parts: Vec<_> = found.iter().map(of).collect();
    parts.join("; ")
}

fn holes(all: &[Attack]) -> String {
    let mut rows: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for attack in all {
        for hole in &attack.holes {
            rows.entry(hole).or_default().push(&attack.name);
        }
    }
    let mut table = String::from("| published hole | attack |\n|---|---|\n");
    for (hole, attacks) in rows {
        let attacks: Vec<_> = attacks.iter().map(|name| format!("`{name}`")).collect();
        writeln!(table, "| {hole} | {} |", attacks.join(", ")).expect("it is a string");
    }
    table
}

#[test]
fn there_are_enough_attacks() {
    let count = attacks("cpp").len() + attacks("py").len();
    assert!(count >= 180, "{count}");
    assert_eq!(CATEGORIES.len(), 7);
}
