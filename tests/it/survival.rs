//! Deaths that the server outlives: of a runner, and of a client. Nobody else notices.

use crate::harness::{Server, check, marker, processes, setups, wait_for};
use serde_json::{Value, json};
use std::path::PathBuf;
use std::time::Duration;

/// A program that sleeps and can be found by its marker.
fn sleeper(marker: &str) -> Value {
    let code = format!("{}import time\ntime.sleep(60)", processes::named(marker));
    json!({"code": code, "limits": {"wall_ms": 60_000}})
}

#[test]
fn a_runner_that_dies_idle_is_replaced_unnoticed() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "2", "--max-runners", "2"]);
        // of each runner: the keeper, with which the outer wall ends, or the runner itself, below it
        for depth in [1, 2] {
            server.wait_until_full("python", 2);
            server.wait_until_full("cpp", 2);
            let family = server.family();
            let keepers = server.keepers(&family);
            let victims: Vec<_> = match depth {
                1 => keepers,
                _ => family
                    .iter()
                    .filter(|p| keepers.iter().any(|k| k.pid == p.parent))
                    .cloned()
                    .collect(),
            };
            assert!(
                victims.len() >= 4,
                "two runners of two languages: {family:?}"
            );
            for victim in &victims {
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
            server.wait_until_full("python", 2);
            let left = processes::left_after(Duration::from_secs(2), &family);
            assert!(left.is_empty(), "of the killed runners were left {left:#?}");
            wait_for(Duration::from_secs(10), "their cgroups are gone", || {
                let mut gone = victims.iter().map(|victim| cgroups_of(victim.pid));
                gone.all(|cgroups| cgroups == 0).then_some(())
            });
        }
    }
}

/// The cgroups that a keeper made.
fn cgroups_of(keeper: u32) -> usize {
    let name = format!("warmbox-{keeper}");
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    let mut found = 0;
    while let Some(folder) = folders.pop() {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            found += usize::from(entry.file_name() == *name);
            folders.push(entry.path());
        }
    }
    found
}

#[test]
fn a_runner_that_dies_during_a_run_is_not_blamed_on_the_program() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "1", "--max-runners", "1"]);
        for said in ["", "said\n"] {
            let mark = marker("victim");
            let code = format!(
                "{}print({said:?}, end='', flush=True)\nimport time\ntime.sleep(3)\nprint('done')",
                processes::named(&mark)
            );
            let request = json!({"code": code});
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

/// The runner that a program runs in, below its keeper.
fn runner_of(server: &Server, program: &processes::Process) -> processes::Process {
    let family = server.family();
    let keepers = server.keepers(&family);
    let mut process = program.clone();
    while let Some(parent) = family.iter().find(|p| p.pid == process.parent) {
        if keepers.contains(parent) {
            return process;
        }
        process = parent.clone();
    }
    panic!("no runner of {program:?} in {family:?}");
}

#[test]
fn a_client_that_goes_away_ends_its_run() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "1", "--max-runners", "1"]);
        for language in ["python", "cpp"] {
            let mark = marker("abandoned");
            let mut request = sleeper(&mark);
            if language == "cpp" {
                request["code"] = json!(
                    "#include <unistd.h>\nint main() { if (fork()) sleep(60); else { setsid(); sleep(60); } }"
                );
                request["args"] = json!([mark]);
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
            server.wait_until_full(language, 1);
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

/// As the kernel of the host counts: what it keeps for each uid is a run's alone.
#[test]
fn no_two_living_runs_have_a_uid_in_common() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "2", "--max-runners", "2"]);
        let marks = [marker("one"), marker("two")];
        let cpp =
            json!({"code": "#include <unistd.h>\nint main() { sleep(60); }", "args": [marks[1]]});
        let _held = [
            server.send_and_hold("python", &sleeper(&marks[0])),
            server.send_and_hold("cpp", &cpp),
            server.send_and_hold("cpp", &cpp),
        ];
        wait_for(Duration::from_secs(10), "all run", || {
            let running = |mark: &String| processes::marked(mark).len();
            (running(&marks[0]) == 1 && running(&marks[1]) == 2).then_some(())
        });
        let family = server.family();
        let parent_of = |process: &processes::Process| {
            let parent = family.iter().find(|it| it.pid == process.parent);
            parent.cloned().expect("it is of the server's")
        };
        let uid = |process: &processes::Process| processes::status_kib(process.pid, "Uid:");
        let mut seen = Vec::new();
        for program in marks.iter().flat_map(|mark| processes::marked(mark)) {
            let first = parent_of(&program);
            let supervisor = parent_of(&first);
            seen.extend([uid(&program), uid(&first), uid(&supervisor)]);
        }
        seen.sort_unstable();
        seen.dedup();
        let pool = server.pool("python");
        let isolation = pool["isolation"].as_str().unwrap_or_default();
        let wanted = if isolation.contains("a uid of its own") {
            9
        } else {
            1
        };
        assert_eq!(seen.len(), wanted, "{setup:?}, {isolation}: {seen:?}");
        assert!(wanted == 1 || !seen.contains(&0), "{seen:?}");
    }
}
