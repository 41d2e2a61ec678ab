//! The attacks as files: `tests/attacks/<category>/<name>.{py,cpp}`.
//!
//! Lines of a header, each behind the language's comment sign: first what it tries; `hole: ..` for
//! a published one; `stopped by: layer, layer`; `request: {..}` other fields of the request;
//! `expect: {..}` the answer (see `harness::expect`), and `expect as nobody: {..}` where an ordinary
//! user's server is weaker, as SECURITY.md must say; `takes_at_most_ms: n`.

use crate::harness::Setup;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How the programs of a category are run is told in CONTRIBUTING.md.
pub(super) const CATEGORIES: [&str; 7] = [
    "channels",
    "compile",
    "escape",
    "exhaustion",
    "forgery",
    "information",
    "leftovers",
];

pub(super) struct Attack {
    /// Such as `escape/mount.cpp`.
    pub(super) name: String,
    pub(super) category: &'static str,
    pub(super) code: String,
    pub(super) request: Value,
    expect: Value,
    expect_as_nobody: Option<Value>,
    pub(super) takes_at_most: Duration,
    pub(super) stopped_by: Vec<String>,
    pub(super) holes: Vec<String>,
}

impl Attack {
    pub(super) fn expect(&self, setup: Setup) -> &Value {
        match (setup, &self.expect_as_nobody) {
            (Setup::Nobody, Some(expect)) => expect,
            _ => &self.expect,
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

/// Every attack in files with this ending. `WARMBOX_TEST_ATTACKS` takes those with that in their
/// name, for whoever writes one; never in CI.
pub(super) fn attacks(ending: &str) -> Vec<Attack> {
    let only = std::env::var("WARMBOX_TEST_ATTACKS").unwrap_or_default();
    assert!(
        only.is_empty() || std::env::var_os("CI").is_none(),
        "in CI every attack is run: unset WARMBOX_TEST_ATTACKS"
    );
    let mut found = Vec::new();
    for category in CATEGORIES {
        let files = fs::read_dir(folder().join(category)).expect("the category is there");
        let paths = files.flatten().map(|entry| entry.path());
        let wanted = paths.filter(|path| path.extension().is_some_and(|found| found == ending));
        found.extend(wanted.map(|path| read(category, &path)));
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    assert!(found.len() >= 80, "only {} .{ending}", found.len());
    found.retain(|attack| attack.name.contains(&only));
    found
}

/// What looks for anything that an attack may have left.
pub(super) fn probe(ending: &str) -> Attack {
    read("probe", &folder().join(format!("probe/clean.{ending}")))
}

fn read(category: &'static str, path: &Path) -> Attack {
    let code = fs::read_to_string(path).expect("UTF-8");
    let file = path.file_name().expect("a file").to_string_lossy();
    let name = format!("{category}/{file}");
    let header = code.lines().take_while(|line| line.starts_with(['#', '/']));
    let header: Vec<_> = header
        .map(|line| line.trim_start_matches(['#', '/', ' ']))
        .collect();
    let all = |word: &str| -> Vec<String> {
        let values = header
            .iter()
            .filter_map(|line| line.strip_prefix(word)?.strip_prefix(": "));
        values.map(str::to_owned).collect()
    };
    let json = |word: &str| {
        let text = all(word).pop()?;
        let value: Result<Value, _> = serde_json::from_str(&text);
        Some(value.unwrap_or_else(|error| panic!("{name}: {word}: {error}")))
    };
    let at_most = json("takes_at_most_ms").and_then(|ms| ms.as_u64());
    let layers = all("stopped by").join(", ");
    let stopped_by: Vec<_> = layers.split(", ").map(str::to_owned).collect();
    assert!(
        category == "probe" || !layers.is_empty(),
        "{name} does not say what stops it"
    );
    Attack {
        category,
        request: json("request").unwrap_or(json!({})),
        expect: json("expect").unwrap_or_else(|| panic!("{name} does not say what is expected")),
        expect_as_nobody: json("expect as nobody"),
        takes_at_most: Duration::from_millis(at_most.unwrap_or(8000)),
        stopped_by,
        holes: all("hole"),
        name,
        code,
    }
}
