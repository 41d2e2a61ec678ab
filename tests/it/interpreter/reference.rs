//! The plain interpreter of the same image, outside of warmbox: `python3 main.py` in a root that the
//! scripts in `tests/interpreter/reference/` build with the tools of any Linux.

use super::ended;
use crate::harness::finish;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;
use std::fs;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Seconds; more than any of the programs takes by far.
const DEADLINE: &str = "60";
/// From the end of its output, or from its closing it, to the end of everything.
const GONE: Duration = Duration::from_secs(70);
/// As `src/language/mod.rs` has it for every language.
const BASE_ENV: [(&str, &str); 7] = [
    ("PATH", "/usr/local/bin:/usr/bin:/bin"),
    ("HOME", "/tmp"),
    ("TMPDIR", "/tmp"),
    ("LANG", "C.UTF-8"),
    ("USER", "sandbox"),
    ("LOGNAME", "sandbox"),
    ("TZ", "UTC"),
];
/// The only file of ours beside the plain interpreter: the picture backend that MPLBACKEND names.
const BACKEND: &str = "runner-images/python/support/warmbox_figures.py";

pub(super) struct Reference {
    image: PathBuf,
    /// The environment of its programs, as `NAME=VALUE`.
    env: Vec<String>,
}

impl Reference {
    pub(super) fn new(image: PathBuf) -> Self {
        assert!(
            image.join("usr/bin/python3").exists(),
            "{} is not there: run make test, or scripts/images.sh --roots",
            image.display()
        );
        let text = fs::read_to_string(ours("runner-images/python/language.toml"));
        let language: toml::Table = text.expect("it is there").parse().expect("it is TOML");
        let own = language["env"].as_table().expect("a table").iter();
        let own = own.map(|(name, value)| (name.as_str(), value.as_str().expect("a text")));
        let all = BASE_ENV.into_iter().chain(own);
        let env = all.map(|(name, value)| format!("{name}={value}")).collect();
        Self { image, env }
    }

    /// Runs what a request asks for.
    pub(super) fn run(&self, request: &Value) -> Value {
        let folder = TempDir::with_prefix("warmbox-plain-").expect("a temporary folder");
        let path = |name: &str| folder.path().join(name);
        for name in ["root", "job", "job/opt", "job/work"] {
            fs::create_dir(path(name)).expect("a folder");
        }
        for file in request["files"].as_array().expect("a list of files") {
            place(&path("job/work"), file);
        }
        let copied = fs::copy(ours(BACKEND), path("job/opt/warmbox_figures.py"));
        copied.expect("the backend can be copied");
        let copied = fs::copy(script("first.py"), path("job/first.py"));
        copied.expect("the script can be copied");
        let words = |value: &Value| {
            let words = value.as_array().into_iter().flatten();
            let words = words.map(|word| word.as_str().expect("a text").to_owned());
            words.collect::<Vec<_>>()
        };

        let mut command = Command::new("timeout");
        command
            .args(["--signal=KILL", DEADLINE, "unshare", "--mount", "--pid"])
            .args(["--ipc", "--net", "--uts", "--fork", "--kill-child", "sh"])
            .arg(script("root.sh"))
            .args([&self.image, &path("root"), &path("job")])
            .args(&self.env)
            .args(["--", "python3"])
            .args(request["files"][0]["name"].as_str())
            .args(words(&request["args"]));
        let stdin = request["stdin"].as_str().unwrap_or_default();
        let (stdout, stderr) = piped(&mut command, stdin);
        let report = fs::read_to_string(path("job/report")).unwrap_or_default();
        let stderr_text = String::from_utf8_lossy(&stderr);
        assert!(
            !report.is_empty(),
            "no report from the reference: {stderr_text}"
        );
        ended(&report, &stdout, &stderr)
    }
}

/// Runs a command to its end, with its three streams on pipes.
fn piped(command: &mut Command, stdin: &str) -> (Vec<u8>, Vec<u8>) {
    let pipes = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = pipes.spawn().expect("it starts");
    let mut input = child.stdin.take().expect("a pipe");
    let mut output = child.stdout.take().expect("a pipe");
    let mut errors = child.stderr.take().expect("a pipe");
    let (mut stdout, mut stderr) = (Vec::new(), Vec::new());
    std::thread::scope(|scope| {
        // A program need not read what it is given.
        scope.spawn(move || drop(input.write_all(stdin.as_bytes())));
        scope.spawn(|| errors.read_to_end(&mut stderr).expect("it can be read"));
        output.read_to_end(&mut stdout).expect("it can be read");
    });
    finish(child, GONE);
    (stdout, stderr)
}

fn place(folder: &Path, file: &Value) {
    let (name, content) = (file["name"].as_str(), file["content"].as_str());
    let (path, content) = (
        folder.join(name.unwrap_or_default()),
        content.unwrap_or_default(),
    );
    let bytes = match file["encoding"] == "base64" {
        true => STANDARD.decode(content).expect("it is base64"),
        false => content.as_bytes().to_vec(),
    };
    let parent = path.parent().expect("a folder");
    fs::create_dir_all(parent).expect("it can be made");
    fs::write(path, bytes).expect("it can be written");
}

fn ours(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn script(name: &str) -> PathBuf {
    ours("tests/interpreter/reference").join(name)
}
