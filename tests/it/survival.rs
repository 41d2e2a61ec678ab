//! Deaths that the server outlives: of a runner, and of a client. Nobody else notices.

use crate::harness::{Server, check, identities, marker, processes, wait_for};
use serde_json::{Value, json};
use std::time::Duration;

const SLEEP: &str = "import time\ntime.sleep(60)";

/// A program that sleeps and can be found by its argument.
fn sleeper(marker: &str) -> Value {
    json!({"code": SLEEP, "args": [marker], "limits": {"wall_ms": 60_000}})
}

/// The pool has this many runners ready and nothing under way.
fn wait_until_full(server: &Server, language: &str, idle: u64) {
    let mut last = Value::Null;
    let full = || {
        last = server.pool(language);
        (last["idle"] == idle
            && last["busy"] == 0
            && last["recycling"] == 0
            && last["starting"] == 0)
            .then_some(())
    };
    wait_for(
        Duration::from_secs(10),
        &format!("{language} has {idle} idle runners"),
        full,
    );
}

#[test]
fn a_runner_that_dies_idle_is_replaced_unnoticed() {
    for identity in identities() {
        let server = Server::with(identity, &["--min-idle", "2", "--max-runners", "2"]);
        // of each runner: the keeper, which the server started, or the runner itself, below it
        for depth in [1, 2] {
            wait_until_full(&server, "python", 2);
            let family = processes::descendants(server.pid());
            let keepers: Vec<_> = family.iter().filter(|p| p.parent == server.pid()).collect();
            let victims: Vec<_> = match depth {
                1 => keepers.clone(),
                _ => family
                    .iter()
                    .filter(|p| keepers.iter().any(|k| k.pid == p.parent))
                    .collect(),
            };
            assert!(
                victims.len() >= 4,
                "two runners of two languages: {family:?}"
            );
            for victim in victims {
                processes::signal(victim.pid, "KILL");
            }
            for number in 0..4 {
                let answer = server.execute("python", &json!({"code": format!("print({number})")}));
                check(
                    "after the kill",
                    &answer,
                    &json!({"status": "ok", "stdout": format!("{number}\n")}),
                );
            }
            let answer = server.execute("cpp", &json!({"code": "int main() {}"}));
            check("after the kill", &answer, &json!({"status": "ok"}));
            wait_until_full(&server, "python", 2);
            let left = processes::left_after(Duration::from_secs(2), &family);
            assert!(left.is_empty(), "of the killed runners were left {left:#?}");
        }
    }
}

#[test]
fn a_runner_that_dies_during_a_run_is_not_blamed_on_the_program() {
    for identity in identities() {
        let server = Server::with(identity, &["--min-idle", "1", "--max-runners", "1"]);
        for said in ["", "said\n"] {
            let mark = marker("victim");
            let code = format!(
                "print({said:?}, end='', flush=True)\nimport time\ntime.sleep(3)\nprint('done')"
            );
            let request = json!({"code": code, "args": [mark]});
            let reply = std::thread::scope(|scope| {
                let asking = scope.spawn(|| server.post_json("/execute/python", &request));
                let program = processes::wait_for_marked(&mark);
                let runner = runner_of(&server, &program);
                processes::signal(runner.pid, "KILL");
                asking.join().expect("an answer")
            });
            let answer = reply.json();
            // run again from the start, and shown once; else ours, and said so
            let retried = answer["status"] == "ok" && answer["stdout"] == format!("{said}done\n");
            let ours = answer["status"] == "internal_error" || answer["code"] == "internal_error";
            assert!(retried || ours, "{}: {}", reply.status, reply.text);
            assert!(
                processes::left_after(Duration::from_secs(1), &processes::marked(&mark)).is_empty()
            );
            let answer = server.execute("python", &json!({"code": "print(1)"}));
            check("the next", &answer, &json!({"status": "ok"}));
        }
    }
}

/// The runner that a program runs in: below its keeper, which the server started.
fn runner_of(server: &Server, program: &processes::Process) -> processes::Process {
    let all = processes::all();
    let parent = |of: &processes::Process| all.iter().find(|p| p.pid == of.parent).cloned();
    let mut line = vec![program.clone()];
    while let Some(next) = line.last().and_then(parent) {
        if next.pid == server.pid() {
            let [.., runner, _keeper] = line.as_slice() else {
                break;
            };
            return runner.clone();
        }
        line.push(next);
    }
    panic!("no runner of {program:?} in {line:?}");
}

#[test]
fn a_client_that_goes_away_ends_its_run() {
    for identity in identities() {
        let server = Server::with(identity, &["--min-idle", "1", "--max-runners", "1"]);
        for language in ["python", "cpp"] {
            let mark = marker("abandoned");
            let mut request = sleeper(&mark);
            if language == "cpp" {
                request["code"] = json!(
                    "#include <unistd.h>\nint main() { if (fork()) sleep(60); else { setsid(); sleep(60); } }"
                );
            }
            let connection = server.send_and_hold(language, &request);
            processes::wait_for_marked(&mark);
            // a second one waits for the only runner, and is given up as well
            let queued = server.send_and_hold(language, &request);
            wait_for(Duration::from_secs(5), "it waits", || {
                (server.pool(language)["waiting"] == 1).then_some(())
            });
            drop(queued);
            wait_for(Duration::from_secs(1), "it waits no longer", || {
                (server.pool(language)["waiting"] == 0).then_some(())
            });
            let running = processes::marked(&mark);
            drop(connection);
            let left = processes::left_after(Duration::from_secs(1), &running);
            assert!(left.is_empty(), "{language}: {left:?}");
            wait_until_full(&server, language, 1);
            assert!(
                processes::marked(&mark).is_empty(),
                "the queued one was never started"
            );
            let answer = server.execute(
                language,
                &json!({"code": if language == "cpp" { "int main() {}" } else { "pass" }}),
            );
            check("the next", &answer, &json!({"status": "ok"}));
        }
    }
}
