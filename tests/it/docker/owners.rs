//! Whose a container is: what a server leaves behind, what it finds, and what it never touches.

use super::{Deployment, options, shared, sleeper};
use crate::docker::daemon::{Daemon, IMAGE};
use crate::docker::proxy::over_tcp;
use crate::harness::containers;
use crate::harness::{marker, processes, read_to_end, wait_for};
use serde_json::json;
use std::time::Duration;

const RECOVER: Duration = Duration::from_secs(20);

#[test]
fn a_server_killed_with_eight_runs_in_flight_leaves_no_container() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "8", "--max-runners", "8"]);
    server.wait_until_full(8, Duration::from_secs(40));
    let mark = marker("in-flight");
    let connections: Vec<_> = (0..8)
        .map(|_| server.send_and_hold("sh", &sleeper(&mark, 60)))
        .collect();
    wait_for(RECOVER, "all eight run", || {
        (server.pool("sh")["busy"] == 8).then_some(())
    });
    let family = containers::processes_of(&server.containers());
    assert!(family.len() >= 8 * 4, "{}", family.len());
    processes::signal(server.pid(), "KILL");
    server.wait_for_exit(Duration::from_secs(5));
    let left = containers::left_after(Duration::from_secs(5), &daemon.host, &server.owner);
    assert!(left.is_empty(), "{left:?}");
    let left = processes::left_after(Duration::from_secs(1), &family);
    assert!(left.is_empty(), "{left:?}");
    drop(connections);
}

/// As if the server were on another machine: there is no socket whose end the daemon could see at
/// once, only a connection that closes.
#[test]
fn a_server_that_reaches_its_daemon_over_tcp_leaves_no_container() {
    let Some(daemon) = shared() else { return };
    let mut options = options(&daemon, &[]);
    options.by_way_of = Some(over_tcp(&daemon));
    let server = Deployment::with(&daemon, &options);
    server.wait_until_full(2, RECOVER);
    assert_eq!(server.sh("echo far"), "far\n");
    let mark = marker("over-tcp");
    let connection = server.send_and_hold("sh", &sleeper(&mark, 60));
    super::wait_for_program(&mark);
    processes::signal(server.pid(), "KILL");
    server.wait_for_exit(Duration::from_secs(5));
    let left = containers::left_after(Duration::from_secs(5), &daemon.host, &server.owner);
    assert!(left.is_empty(), "{left:?}");
    drop(connection);
}

#[test]
fn sigterm_lets_runs_finish_and_leaves_no_container() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "2", "--max-runners", "2"]);
    let mark = marker("last");
    let running = server.send_and_hold("sh", &sleeper(&mark, 2));
    super::wait_for_program(&mark);
    processes::signal(server.pid(), "TERM");
    let answer = read_to_end(running);
    assert!(
        answer.starts_with("HTTP/1.1 200 ") && answer.contains("after\\n"),
        "{answer}"
    );
    let status = server.wait_for_exit(Duration::from_secs(10));
    assert_eq!(status.code(), Some(0), "{}", server.log());
    let left = server.containers();
    assert!(left.is_empty(), "it waited until they were gone: {left:?}");
}

/// A container as an earlier server of this owner would have left it.
fn leave(daemon: &Daemon, how: &[&str], owner: Option<&str>) -> String {
    let label = owner.map(|owner| format!("dev.warmbox.owner={owner}"));
    let mut words = how.to_vec();
    if let Some(label) = &label {
        let rest = [
            "--label",
            "dev.warmbox.instance=before",
            "--label",
            "dev.warmbox.language=sh",
        ];
        words.extend(["--label", label]);
        words.extend(rest);
    }
    words.extend(["--network", "none", IMAGE, "sleep", "600"]);
    daemon.docker(&words)
}

#[test]
fn a_sweep_removes_what_its_own_owner_left_and_nothing_else() {
    let Some(daemon) = shared() else { return };
    let (mine, other) = (options(&daemon, &[]), options(&daemon, &[]));
    let neighbour = Deployment::with(&daemon, &other);
    neighbour.wait_until_full(2, RECOVER);
    let neighbours = neighbour.containers();
    let (running, created) = (["run", "--detach"].as_slice(), ["create"].as_slice());
    let ended = leave(&daemon, running, Some(&mine.owner));
    daemon.docker(&["kill", &ended]);
    let leftovers = [
        leave(&daemon, running, Some(&mine.owner)),
        leave(&daemon, created, Some(&mine.owner)),
        ended,
    ];
    let foreign = [leave(&daemon, running, None), leave(&daemon, created, None)];
    let server = Deployment::with(&daemon, &mine);
    let there = |id: &String| daemon.ask(&["inspect", id]).status.success();
    wait_for(RECOVER, "what was left is gone", || {
        (!leftovers.iter().any(there)).then_some(())
    });
    server.wait_until_full(2, RECOVER);
    assert_eq!(server.containers().len(), 2, "and its own are not");
    assert!(foreign.iter().all(there), "an unlabelled one is not ours");
    let ids = |list: &[containers::Container]| {
        let mut ids: Vec<_> = list.iter().map(|it| it.id.clone()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&neighbour.containers()), ids(&neighbours));
    let answer = neighbour.execute("sh", &json!({"code": "echo untouched"}));
    assert_eq!(answer["stdout"], "untouched\n");
    assert_eq!(neighbour.pool("sh")["retired_total"], json!({}));
    for id in foreign {
        daemon.docker(&["rm", "--force", &id]);
    }
}
