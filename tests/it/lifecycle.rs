//! The end of a server, by force and in order: nothing is left behind.

use crate::harness::{Options, Server, Setup, marker, processes, read_to_end, setups, wait_for};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// A program that sleeps and can be found by its marker.
fn sleeper(marker: &str) -> Value {
    let code = format!("{}import time\ntime.sleep(60)", processes::named(marker));
    json!({"code": code, "limits": {"wall_ms": 60_000}})
}

#[test]
fn a_server_killed_with_sigkill_leaves_nothing_behind() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "2", "--max-runners", "2"]);
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
        let family = server.family();
        for process in marks.iter().flat_map(|marker| processes::marked(marker)) {
            assert!(family.contains(&process), "{process:?} in {family:?}");
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
    for setup in setups() {
        let server = Server::with(setup, &[]);
        let mark = marker("last");
        let code = format!(
            "{}import time\ntime.sleep(3)\nprint('finished')",
            processes::named(&mark)
        );
        let running = server.send_and_hold("python", &json!({"code": code}));
        processes::wait_for_marked(&mark);
        let family = server.family();
        processes::signal(server.pid(), "TERM");
        wait_for(Duration::from_secs(1), "new work is refused", || {
            let reply = server.post_json("/execute/python", &json!({"code": "print(1)"}));
            (reply.status == 503).then_some(())
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
    for setup in setups() {
        let mut options = Options::new(setup, &[]);
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
        assert_eq!(status.code(), Some(5), "{}", server.log());
        assert!(processes::marked(&mark).is_empty());
    }
}

#[test]
fn a_stop_while_runners_are_made_leaves_none_half_made() {
    for setup in setups() {
        let server = Server::launch(&Options::new(setup, &["--min-idle", "4"]));
        processes::signal(server.pid(), "TERM");
        let status = server.wait_for_exit(Duration::from_secs(10));
        assert_eq!(status.code(), Some(0), "{}", server.log());
        // Those that were started end by themselves, with their link; others never would.
        let gone = || server.containers().is_empty().then_some(());
        wait_for(Duration::from_secs(2), "its containers are gone", gone);
    }
}

/// What runners hold beside processes: cgroups, where they could make any, and containers.
#[test]
fn an_orderly_stop_gives_back_everything() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "2", "--max-runners", "2"]);
        server.wait_until_full("python", 2);
        server.wait_until_full("cpp", 2);
        let names: Vec<String> = match setup {
            Setup::Docker => server.containers().into_iter().map(|it| it.id).collect(),
            _ => server
                .keepers(&server.family())
                .iter()
                .map(|keeper| format!("warmbox-{}", keeper.pid))
                .collect(),
        };
        assert_eq!(names.len(), 4, "two runners of two languages: {names:?}");
        let made = cgroups(&names);
        let stats = server.pool("python");
        let isolation = stats["isolation"].as_str().unwrap_or_default();
        assert_eq!(
            isolation.contains("cgroup"),
            !made.is_empty(),
            "{isolation}: {made:?}"
        );
        processes::signal(server.pid(), "TERM");
        let status = server.wait_for_exit(Duration::from_secs(10));
        assert_eq!(status.code(), Some(0), "{}", server.log());
        // It said goodbye when they were gone, not before.
        let left = server.containers();
        assert!(left.is_empty(), "{left:?}");
        assert_eq!(cgroups(&names), Vec::<PathBuf>::new());
    }
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
