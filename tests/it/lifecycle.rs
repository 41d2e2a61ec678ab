//! The end of a server, by force and in order: nothing is left behind.

use crate::harness::{Identity, Server, identities, marker, processes, read_to_end, wait_for};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

const SLEEP: &str = "import time\ntime.sleep(60)";

/// A program that sleeps and can be found by its argument.
fn sleeper(marker: &str) -> Value {
    json!({"code": SLEEP, "args": [marker], "limits": {"wall_ms": 60_000}})
}

#[test]
fn a_server_killed_with_sigkill_leaves_nothing_behind() {
    for identity in identities() {
        let server = Server::with(identity, &["--min-idle", "2", "--max-runners", "2"]);
        let marks = [marker("sleep"), marker("busy")];
        let busy = "#include <unistd.h>\nint main() { if (fork() == 0) setsid(); for (volatile int i = 0;; i++) {} }";
        let _sleeping = server.send_and_hold("python", &sleeper(&marks[0]));
        let limits = json!({"wall_ms": 60_000, "cpu_ms": 30_000});
        let _working = server.send_and_hold(
            "cpp",
            &json!({"code": busy, "args": [marks[1]], "limits": limits}),
        );
        wait_for(Duration::from_secs(10), "both programs run", || {
            let running = |marker: &String| processes::marked(marker).len();
            (running(&marks[0]) >= 1 && running(&marks[1]) >= 2).then_some(())
        });
        let family = processes::descendants(server.pid());
        for marker in &marks {
            assert!(
                family
                    .iter()
                    .any(|process| process.command.contains(marker)),
                "{marker} in {family:?}"
            );
        }
        processes::signal(server.pid(), "KILL");
        server.wait_for_exit(Duration::from_secs(5));
        let left = processes::left_after(Duration::from_secs(2), &family);
        assert!(
            left.is_empty(),
            "of {} processes were left {left:#?}",
            family.len()
        );
    }
}

#[test]
fn sigterm_lets_running_work_finish_and_refuses_new() {
    for identity in identities() {
        let server = Server::with(identity, &[]);
        let mark = marker("last");
        let code = "import time\ntime.sleep(3)\nprint('finished')";
        let running = server.send_and_hold("python", &json!({"code": code, "args": [mark]}));
        processes::wait_for_marked(&mark);
        let family = processes::descendants(server.pid());
        processes::signal(server.pid(), "TERM");
        wait_for(Duration::from_secs(1), "new work is refused", || {
            match std::net::TcpStream::connect(("127.0.0.1", server.port)) {
                Err(_) => Some(()),
                // accepted just before the listener closed
                Ok(_) => None,
            }
        });
        assert!(server.exited().is_none(), "it waits for the run");
        let answer = read_to_end(running);
        assert!(
            answer.starts_with("HTTP/1.1 200 ") && answer.contains("finished\\n"),
            "{answer}"
        );
        let status = server.wait_for_exit(Duration::from_secs(5));
        assert_eq!(status.code(), Some(0), "{}", server.log());
        let left = processes::left_after(Duration::from_secs(1), &family);
        assert!(left.is_empty(), "{left:#?}");
    }
}

#[test]
fn sigterm_cuts_off_what_outlasts_the_shutdown_timeout() {
    let mut options = crate::harness::Options::new(Identity::Own, &[]);
    options.env = vec![("SHUTDOWN_TIMEOUT".into(), "300ms".into())];
    let server = Server::start(&options);
    let mark = marker("too-long");
    let running = server.send_and_hold("python", &sleeper(&mark));
    processes::wait_for_marked(&mark);
    let start = Instant::now();
    processes::signal(server.pid(), "TERM");
    let answer = read_to_end(running);
    assert!(
        answer.contains("\"cancelled\"") || answer.contains(" 503 "),
        "{answer}"
    );
    let status = server.wait_for_exit(Duration::from_secs(5));
    assert!(
        start.elapsed() < Duration::from_secs(4),
        "{:?}",
        start.elapsed()
    );
    assert_eq!(status.code(), Some(0), "{}", server.log());
    assert!(processes::marked(&mark).is_empty());
}

/// What runners hold beside processes: cgroups, where they could make any.
#[test]
fn an_orderly_stop_gives_back_every_cgroup() {
    let server = Server::with(Identity::Own, &["--min-idle", "2", "--max-runners", "2"]);
    let keepers: Vec<String> = processes::descendants(server.pid())
        .iter()
        .map(|process| format!("warmbox-{}", process.pid))
        .collect();
    let made = cgroups(&keepers);
    let stats = server.pool("python");
    let isolation = stats["isolation"].as_str().unwrap_or_default();
    assert_eq!(
        isolation.contains("cgroup"),
        !made.is_empty(),
        "{isolation}: {made:?}"
    );
    processes::signal(server.pid(), "TERM");
    server.wait_for_exit(Duration::from_secs(10));
    assert_eq!(cgroups(&keepers), Vec::<PathBuf>::new());
}

/// All cgroups with one of these names.
fn cgroups(names: &[String]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from("/sys/fs/cgroup")];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir())) {
            if names.iter().any(|name| entry.file_name() == name.as_str()) {
                found.push(entry.path());
            }
            folders.push(entry.path());
        }
    }
    found
}
