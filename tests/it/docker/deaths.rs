//! A runner that is lost: its container removed underneath, its supervisor killed, stopped or out
//! of memory. The next request, and where it can be the present one, does not notice.

use super::{Deployment, shared, sleeper, wait_for_program};
use crate::docker::daemon::Daemon;
use crate::harness::containers::Container;
use crate::harness::{check, marker, processes, wait_for};
use serde_json::json;
use std::time::Duration;

/// What a lost runner's replacement may take: a container is made in about half a second.
const REPLACE: Duration = Duration::from_secs(15);

/// Something that befalls a container.
type Fault = (&'static str, fn(&Daemon, &Container));

const FAULTS: [Fault; 3] = [
    ("removed underneath", |daemon, container| {
        daemon.docker(&["rm", "--force", &container.id]);
    }),
    ("its first process killed", |_, container| {
        processes::signal(container.pid, "KILL");
    }),
    ("its supervisor killed", |_, container| {
        processes::signal(supervisor_of(container), "KILL");
    }),
];

/// The child of a container's first process.
fn supervisor_of(container: &Container) -> u32 {
    let family = processes::descendants(container.pid);
    family.first().expect("a keeper has a runner").pid
}

#[test]
fn runners_lost_while_idle_are_replaced_unnoticed() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "2", "--max-runners", "2"]);
    for (what, fault) in FAULTS {
        server.wait_until_full(2, REPLACE);
        let before = server.containers();
        assert_eq!(before.len(), 2, "{before:?}");
        for container in &before {
            fault(&daemon, container);
        }
        for number in 0..4 {
            assert_eq!(
                server.sh(&format!("echo {number}")),
                format!("{number}\n"),
                "{what}"
            );
        }
        server.wait_until_full(2, REPLACE);
        let after = server.containers();
        let old = |it: &Container| before.iter().any(|other| other.id == it.id);
        assert!(!after.iter().any(old), "{what}: {before:?} {after:?}");
    }
}

#[test]
fn a_runner_lost_during_a_run_is_not_blamed_on_the_program() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    for (what, fault) in FAULTS {
        server.wait_until_full(1, REPLACE);
        let mark = marker("lost");
        let request = sleeper(&mark, 1);
        let reply = std::thread::scope(|scope| {
            let asking = scope.spawn(|| server.post_json("/execute/sh", &request));
            let container = server.containers().pop().expect("one");
            wait_for_program(&mark);
            fault(&daemon, &container);
            asking.join().expect("an answer")
        });
        // Run again from the start on another runner, and shown once.
        let expected = json!({"status": "ok", "stdout": "before\nafter\n"});
        check(what, &reply.json(), &expected);
        let left = processes::left_after(Duration::from_secs(1), &processes::marked(&mark));
        assert!(left.is_empty(), "{what}: {left:?}");
    }
}

#[test]
fn a_program_whose_runner_is_lost_twice_is_told_that_it_is_not_its_fault() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    let mark = marker("lost-twice");
    let request = sleeper(&mark, 30);
    let reply = std::thread::scope(|scope| {
        let asking = scope.spawn(|| server.post_json("/execute/sh", &request));
        for _ in 0..2 {
            wait_for_program(&mark);
            let lost = server.containers().pop().expect("one");
            daemon.docker(&["rm", "--force", &lost.id]);
        }
        asking.join().expect("an answer")
    });
    assert_eq!(reply.status, 500, "{}", reply.text);
    check("ours", &reply.json(), &json!({"code": "internal_error"}));
    assert_eq!(server.sh("echo next"), "next\n");
}

/// Stopped, it answers no ping; and a request that gets it goes on to another.
#[test]
fn a_runner_that_is_stopped_while_idle_is_retired() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "2", "--max-runners", "2"]);
    server.wait_until_full(2, REPLACE);
    let stopped = server.containers().pop().expect("two");
    processes::signal(supervisor_of(&stopped), "STOP");
    for number in 0..3 {
        let answer = server.execute("sh", &json!({"code": format!("echo {number}")}));
        let expected = json!({"status": "ok", "stdout": format!("{number}\n"),
            "timings": {"total_ms": {"most": 8_000.0}}});
        check("on another", &answer, &expected);
    }
    wait_for(Duration::from_secs(20), "it is retired", || {
        (server.retired("unanswered") == 1).then_some(())
    });
    wait_for(Duration::from_secs(20), "it is gone", || {
        let there = server.containers().iter().any(|it| it.id == stopped.id);
        (!there).then_some(())
    });
    server.wait_until_full(2, REPLACE);
}

/// As much as a request may have: the meter or the kernel ends it, and both are told as the same.
#[test]
fn a_run_at_the_memory_ceiling_leaves_its_runner_in_good_health() {
    let Some(daemon) = shared() else { return };
    let ceiling = (64 << 20).to_string();
    let memory = format!("memory_bytes={ceiling}");
    let args = ["--ceiling", &memory, "--limit", &memory];
    let one = ["--min-idle", "1", "--max-runners", "1"];
    let server = Deployment::start(&daemon, &[&one[..], &args].concat());
    let memory_limit = json!({"status": "memory_limit"});
    let hungry = json!({"code": "tail /dev/zero"});
    let full_disk = json!({"code": "head -c 80000000 /dev/zero >/tmp/x; echo $?"});

    check(
        "by the meter",
        &server.execute("sh", &hungry),
        &memory_limit,
    );
    let answer = server.execute("sh", &full_disk);
    let ended = json!({"status": {"any": ["ok", "memory_limit", "disk_limit"]}});
    check("files are memory", &answer, &ended);

    // Less than the run may have by its own limit: only the kernel is left to say so.
    server.wait_until_full(1, REPLACE);
    let container = server.containers().pop().expect("one");
    shrink(&daemon, &container, "40m");
    check(
        "by the kernel",
        &server.execute("sh", &hungry),
        &memory_limit,
    );
    assert_eq!(server.sh("echo next"), "next\n");
    let same = server.containers();
    assert!(same.len() == 1 && same[0].id == container.id, "{same:?}");
    assert_eq!(
        server.pool("sh")["retired_total"],
        json!({}),
        "nobody was lost"
    );
}

/// So small that what the kernel takes is the supervisor, or that this cannot go on.
#[test]
fn a_supervisor_out_of_memory_costs_its_runner_only() {
    let Some(daemon) = shared() else { return };
    let server = Deployment::start(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    server.wait_until_full(1, REPLACE);
    let container = server.containers().pop().expect("one");
    shrink(&daemon, &container, "6m");
    let input = "x".repeat(8_000_000);
    let request = json!({"code": "cat >/dev/null; echo read", "stdin": input});
    let reply = server.post_json("/execute/sh", &request);
    // Tried again on a runner of full size.
    check(
        "it is run",
        &reply.json(),
        &json!({"status": "ok", "stdout": "read\n"}),
    );
    server.wait_until_full(1, REPLACE);
    let now = server.containers();
    assert!(now.len() == 1 && now[0].id != container.id, "{now:?}");
}

fn shrink(daemon: &Daemon, container: &Container, memory: &str) {
    daemon.docker(&[
        "update",
        "--memory",
        memory,
        "--memory-swap",
        memory,
        &container.id,
    ]);
}
