//! Every program in `tests/attacks/` is sent to a server with one runner for each language. Its
//! header says what it does and what must come of it; after each, the same runner must be clean
//! and at work as quickly as ever, and the server no larger.

mod aftermath;
mod corpus;
mod table;

use crate::harness::{Options, Server, Setup, marker, mismatch, processes, setups, usual};
use aftermath::Aftermath;
use corpus::{Attack, attacks, probe};
use serde_json::json;
use std::fs;
use std::time::Instant;

#[test]
fn python_attacks_come_to_nothing_as_oneself() {
    every_attack(Setup::Own, "python", "py");
}

#[test]
fn python_attacks_come_to_nothing_as_nobody() {
    every_attack(Setup::Nobody, "python", "py");
}

#[test]
fn python_attacks_come_to_nothing_in_containers() {
    every_attack(Setup::Docker, "python", "py");
}

#[test]
fn cpp_attacks_come_to_nothing_as_oneself() {
    every_attack(Setup::Own, "cpp", "cpp");
}

#[test]
fn cpp_attacks_come_to_nothing_as_nobody() {
    every_attack(Setup::Nobody, "cpp", "cpp");
}

#[test]
fn cpp_attacks_come_to_nothing_in_containers() {
    every_attack(Setup::Docker, "cpp", "cpp");
}

fn every_attack(setup: Setup, language: &'static str, ending: &str) {
    if !setups().contains(&setup) {
        return;
    }
    let canary = Canary::plant();
    let attacks = attacks(ending);
    let server = |runners: &str| {
        let pool = ["--min-idle", runners, "--max-runners", runners];
        let mut options = Options::new(setup, &pool);
        options
            .args
            .extend(["--languages", language].map(str::to_owned));
        options.env = vec![("WARMBOX_TEST_CANARY".into(), canary.word.clone())];
        Server::start(&options)
    };
    let (one, pair) = (server("1"), server("2"));
    let mut after = Aftermath::new(&one, &pair, language, probe(ending));
    let mut failures = Vec::new();
    // First those on one runner: the pair is what they are compared with.
    let (alone, together): (Vec<&Attack>, _) =
        (attacks.iter()).partition(|attack| attack.category != "channels");
    for attack in alone {
        let times = if attack.category == "leftovers" { 2 } else { 1 };
        let failure = (0..times)
            .find_map(|_| strike(&one, language, attack, &canary))
            .or_else(|| after.trouble());
        failures.extend(failure.map(|failure| format!("{}: {failure}", attack.name)));
    }
    for attack in together {
        let failure = std::thread::scope(|scope| {
            let other = scope.spawn(|| strike(&pair, language, attack, &canary));
            let own = strike(&pair, language, attack, &canary);
            own.or(other.join().expect("an answer"))
        });
        failures.extend(failure.map(|failure| format!("{}: {failure}", attack.name)));
    }
    for (server, runners) in [(&one, 1), (&pair, 2)] {
        let pool = server.pool(language);
        if pool["created_total"] != runners {
            failures.push(format!("the runners did not survive them all: {pool}"));
        }
    }
    assert!(
        failures.is_empty(),
        "as {setup:?}:\n{}",
        failures.join("\n\n")
    );
}

/// What is wrong with the answer to one attack, or with the machine right after it, if anything.
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
            // Compiled each time, whatever is kept: the compiler is attacked as well.
            request["code"] = json!(format!("{}\n// {mark}\n", attack.code));
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
    if let Some(difference) = mismatch(&answer, attack.expect(server.setup)) {
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
    (!alive.is_empty()).then(|| format!("on the host are left {alive:?}"))
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
    let answer = server.execute(
        "python",
        &json!({"code": format!("{litter}{}", probe("py").code)}),
    );
    let text = answer["stdout"].as_str().unwrap_or_default();
    for part in ["/tmp/left", "/dev/shm/left", "/work/left", "sleep 9"] {
        assert!(text.contains(part), "no {part} in {answer:#}");
    }
}
