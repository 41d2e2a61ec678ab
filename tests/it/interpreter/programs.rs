//! The programs as files: `tests/interpreter/<topic>/<name>.py`.
//!
//! A header of comments says first what the program is for, then, where it applies:
//! `ends: {..}` how the plain interpreter ends it, as in `harness::expect` (exit code 0 and nothing
//! on stderr where nothing is said); `request: {..}` other fields of the request; `each run differs`
//! for one that prints what may never come twice; `as it is` for one that another import at its end
//! would change; `each: [..]` texts that stand for the word EACH, a program for each of them;
//! `differs: ..` why the service answers something else, and `expect: {..}` what; `differs with
//! libraries: ..` why only the program alone is compared.
//! `# === NAME ===` begins a further file of the work folder, and at the top one that is `main.py`
//! itself, without the header.

use serde_json::{Value, json};
use std::fs;
use std::path::Path;

/// What makes a program one that uses the large libraries, and does nothing.
const WANTS_LIBRARIES: &str = "\nif False:\n    import numpy, matplotlib.pyplot\n";
/// What such a program has in it already.
const LIBRARIES: [&str; 4] = ["numpy", "matplotlib", "pandas", "scipy"];

pub(super) struct Program {
    /// Such as `end/handlers`, with the text that stands for EACH, and whether it imports more.
    pub(super) name: String,
    /// With all `files`, the main one first.
    pub(super) request: Value,
    /// What the plain interpreter makes of it: that it tests what it says.
    pub(super) ends: Value,
    pub(super) each_run_differs: bool,
    /// What the service answers instead.
    pub(super) otherwise: Option<Value>,
}

/// Every program, and every one once more as one that imports the large libraries.
/// `WARMBOX_TEST_PROGRAMS` takes those with that in their name, for whoever writes one; never in CI.
pub(super) fn programs() -> Vec<Program> {
    let only = std::env::var("WARMBOX_TEST_PROGRAMS").unwrap_or_default();
    assert!(
        only.is_empty() || std::env::var_os("CI").is_none(),
        "in CI every program is run: unset WARMBOX_TEST_PROGRAMS"
    );
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/interpreter");
    let entries = |path: &Path| {
        let entries = fs::read_dir(path).expect("the folder is there");
        entries.flatten().map(|entry| entry.path())
    };
    let topics = entries(&folder).filter(|path| path.is_dir() && !path.ends_with("reference"));
    let mut files: Vec<_> = topics.flat_map(|topic| entries(&topic)).collect();
    files.sort();
    assert!(files.len() >= 240, "only {} programs", files.len());
    let mut programs: Vec<_> = files.iter().flat_map(|file| read(file)).collect();
    programs.retain(|program| program.name.contains(&only));
    programs
}

/// The programs of one file.
fn read(path: &Path) -> Vec<Program> {
    let topic = path.parent().and_then(Path::file_name);
    let topic = topic.unwrap_or_default().to_string_lossy();
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let name = format!("{topic}/{name}");
    let text = fs::read_to_string(path).expect("UTF-8");
    let each = Header::of(&name, &text).json("each");
    let each: Option<Vec<String>> = each.and_then(|list| serde_json::from_value(list).ok());
    let texts: Vec<_> = match each {
        None => vec![(name, text)],
        Some(values) => (values.iter())
            .map(|value| (format!("{name} ({value})"), text.replace("EACH", value)))
            .collect(),
    };
    let forms = |(name, text): &(String, String)| forms(name, text);
    texts.iter().flat_map(forms).collect()
}

/// One program as it is, and as one that wants the large libraries.
fn forms(name: &str, text: &str) -> Vec<Program> {
    let header = Header::of(name, text);
    let (main, others) = files(text);
    let request = header.json("request").unwrap_or(json!({}));
    let mut forms = vec![(name.to_owned(), main.clone())];
    let wants_them = LIBRARIES.iter().any(|name| main.contains(name));
    let alone = header.has("as it is") || header.has("differs with libraries:");
    if !wants_them && !alone && request.get("files").is_none() {
        let wants = format!("{main}{WANTS_LIBRARIES}");
        forms.push((format!("{name} with libraries"), wants));
    }
    let form = |(name, main): (String, String)| {
        let mut request = request.clone();
        let own = request["files"].as_array().cloned();
        let own = own.unwrap_or_else(|| vec![file("main.py", &main)]);
        let others = others.iter().map(|(name, text)| file(name, text));
        request["files"] = own.into_iter().chain(others).collect();
        Program {
            name,
            request,
            ends: header.ends(),
            each_run_differs: header.has("each run differs"),
            otherwise: header.has("differs:").then(|| header.expected()),
        }
    };
    forms.into_iter().map(form).collect()
}

fn file(name: &str, content: &str) -> Value {
    json!({"name": name, "content": content})
}

/// The main file, and the others by name.
fn files(text: &str) -> (String, Vec<(String, String)>) {
    let mut main = String::new();
    let mut others: Vec<(String, String)> = Vec::new();
    let mut now: Option<usize> = None;
    for line in text.split_inclusive('\n') {
        let named = line.trim_end().strip_prefix("# === ");
        match named.and_then(|rest| rest.strip_suffix(" ===")) {
            Some("main.py") => (main, now) = (String::new(), None),
            Some(name) => {
                others.push((name.to_owned(), String::new()));
                now = Some(others.len() - 1);
            }
            None => match now {
                Some(index) => others[index].1.push_str(line),
                None => main.push_str(line),
            },
        }
    }
    (main, others)
}

struct Header<'a> {
    name: &'a str,
    lines: Vec<&'a str>,
}

impl<'a> Header<'a> {
    fn of(name: &'a str, text: &'a str) -> Self {
        let lines = text.lines().map_while(|line| line.strip_prefix("# "));
        let lines: Vec<_> = lines.collect();
        assert!(!lines.is_empty(), "{name} does not say what it is for");
        Self { name, lines }
    }

    fn has(&self, beginning: &str) -> bool {
        self.lines.iter().any(|line| line.starts_with(beginning))
    }

    fn json(&self, word: &str) -> Option<Value> {
        let mut lines = self.lines.iter();
        let text = lines.find_map(|line| line.strip_prefix(word)?.strip_prefix(": "))?;
        let value: Result<Value, _> = serde_json::from_str(text);
        Some(value.unwrap_or_else(|error| panic!("{}: {word}: {error}", self.name)))
    }

    fn ends(&self) -> Value {
        let mut ends = json!({"exit_code": 0, "signal": null, "stderr": ""});
        if let Some(Value::Object(told)) = self.json("ends") {
            let fields = ends.as_object_mut().expect("an object");
            if told.contains_key("signal") {
                fields.insert("exit_code".to_owned(), Value::Null);
            }
            fields.extend(told);
        }
        ends
    }

    fn expected(&self) -> Value {
        let expected = self.json("expect");
        expected.unwrap_or_else(|| panic!("{}: differs, and expects what?", self.name))
    }
}
