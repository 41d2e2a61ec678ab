//! Every program in `tests/attacks/` is sent to a server with one runner for each language. Its
//! header says what it does and what must come of it; after each, the same runner must be clean
//! and at work.
//!
//! Lines of a header, each behind the language's comment sign: `request: {..}` other fields of the
//! request, `expect: {..}` the answer (see `harness::expect`), `takes_at_most_ms: n`. The rest
//! is for people.

use crate::harness::{Options, Server, marker, mismatch, processes, setups, usual};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

struct Attack {
    name: String,
    code: String,
    request: Value,
    expect: Value,
    takes_at_most: Duration,
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/attacks")
}

fn attacks(ending: &str) -> Vec<Attack> {
    let mut paths: Vec<_> = fs::read_dir(folder())
        .expect("the attacks are there")
        .flatten()
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|found| found == ending))
        .collect();
    paths.sort();
    assert!(paths.len() >= 10, "{paths:?}");
    paths.iter().map(|path| read(path)).collect()
}

fn read(path: &Path) -> Attack {
    let code = fs::read_to_string(path).expect("UTF-8");
    let name = path
        .file_name()
        .expect("a file")
        .to_string_lossy()
        .into_owned();
    let head = |word: &str| {
        let lines = code.lines().take_while(|line| line.starts_with(['#', '/']));
        let text = lines
            .map(|line| line.trim_start_matches(['#', '/', ' ']))
            .find_map(|line| line.strip_prefix(word)?.strip_prefix(": "))?;
        let value: Value =
            serde_json::from_str(text).unwrap_or_else(|e| panic!("{name}: {word}: {e}"));
        Some(value)
    };
    let at_most = head("takes_at_most_ms").and_then(|ms| ms.as_u64());
    Attack {
        request: head("request").unwrap_or(json!({})),
        expect: head("expect").unwrap_or_else(|| panic!("{name} says nothing of what is expected")),
        takes_at_most: Duration::from_millis(at_most.unwrap_or(8000)),
        name,
        code,
    }
}

#[test]
fn python_attacks_come_to_nothing() {
    every_attack("python", "py");
}

#[test]
fn cpp_attacks_come_to_nothing() {
    every_attack("cpp", "cpp");
}

fn every_attack(language: &str, ending: &str) {
    let canary = Canary::plant();
    for setup in setups() {
        let mut options = Options::new(setup, &["--min-idle", "1", "--max-runners", "1"]);
        options.env = vec![("WARMBOX_TEST_CANARY".into(), canary.word.clone())];
        let server = Server::start(&options);
        let mut failures: Vec<String> = attacks(ending)
            .iter()
            .filter_map(|attack| {
                let failure = strike(&server, language, attack, &canary)?;
                Some(format!("{}: {failure}", attack.name))
            })
            .collect();
        let pool = server.pool(language);
        if pool["created_total"] != 1 {
            failures.push(format!("the runner did not survive them all: {pool}"));
        }
        assert!(
            failures.is_empty(),
            "as {setup:?}:\n{}",
            failures.join("\n\n")
        );
    }
}

/// What is wrong after one attack, if anything.
fn strike(server: &Server, language: &str, attack: &Attack, canary: &Canary) -> Option<String> {
    let mark = marker("attack");
    let args = json!([mark, canary.path, canary.word]);
    let mut request = attack.request.clone();
    match language {
        // As most programs come: without arguments, for an interpreter that waited for it.
        "python" => {
            let head = format!(
                "import sys\nsys.argv[1:] = {args}\n{}",
                processes::named(&mark)
            );
            request["code"] = json!(format!("{head}{}", attack.code));
        }
        _ => {
            request["code"] = json!(attack.code);
            request["args"] = args;
        }
    }
    let start = Instant::now();
    let reply = server.post_json(&format!("/execute/{language}"), &request);
    let took = start.elapsed();
    if reply.status != 200 {
        return Some(format!("status {}: {}", reply.status, reply.text));
    }
    let answer = reply.json();
    if let Some(difference) = mismatch(&answer, &attack.expect) {
        let (stdout, stderr) = (&answer["stdout"], &answer["stderr"]);
        let compile = &answer["compile"]["stderr"];
        return Some(format!(
            "{difference}\nstdout {stdout:.2000}\nstderr {stderr:.2000}\ncompile {compile:.2000}"
        ));
    }
    if took > attack.takes_at_most {
        return Some(format!("took {took:?}"));
    }
    if reply.text.contains(&canary.word) {
        return Some(format!("the canary sings: {:.2000}", reply.text));
    }
    let alive = processes::marked(&mark);
    if !alive.is_empty() {
        return Some(format!("on the host are left {alive:?}"));
    }
    let probe = read(&folder().join("probe").join(format!(
        "clean.{}",
        if language == "cpp" { "cpp" } else { "py" }
    )));
    let answer = server.execute(language, &json!({"code": probe.code}));
    mismatch(&answer, &probe.expect).map(|difference| format!("afterwards, {difference}"))
}

/// A word that is in a file of the host and in the server's environment, and that no program may
/// ever learn but from its own arguments.
struct Canary {
    path: String,
    word: String,
}

impl Canary {
    fn plant() -> Self {
        let word = format!("warmbox-{}", marker("canary"));
        let path = std::env::temp_dir().join(&word).display().to_string();
        fs::write(&path, &word).expect("the host's folder of temporary files can be written");
        Self { path, word }
    }
}

impl Drop for Canary {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}

/// The corpus proves nothing if its probe cannot see what was left.
#[test]
fn the_probe_sees_what_is_there() {
    let server = Server::shared(usual());
    let litter = "import os, subprocess\nopen('/tmp/left', 'w'); open('/dev/shm/left', 'w'); open('/work/left', 'w')\n\
        child = subprocess.Popen(['sleep', '9'])\nimport time; time.sleep(0.2)\n";
    let probe = read(&folder().join("probe/clean.py"));
    let answer = server.execute(
        "python",
        &json!({"code": format!("{litter}{}", probe.code)}),
    );
    let text = answer["stdout"].as_str().unwrap_or_default();
    for part in ["/tmp/left", "/dev/shm/left", "/work/left", "sleep 9"] {
        assert!(text.contains(part), "no {part} in {answer:#}");
    }
}
