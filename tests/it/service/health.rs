//! Health is told at once, whatever hangs, and says how old its facts are; and new work is refused
//! before the machine fails.

use crate::harness::{Options, Server, Setup, open_folder, processes, root, usual, wait_for};
use serde_json::{Value, json};
use std::process::Command;
use std::time::{Duration, Instant};

/// What is asked of the server itself, and the time that each answer may take.
pub(crate) fn assert_tells_at_once(get: impl Fn(&str) -> u16) {
    for path in [
        "/livez",
        "/readyz",
        "/health",
        "/pool/stats",
        "/metrics",
        "/metrics/memory",
    ] {
        let asked = (0..10).map(|_| {
            let start = Instant::now();
            let status = get(path);
            assert!(matches!(status, 200 | 503), "{path}: {status}");
            start.elapsed()
        });
        let mut took: Vec<_> = asked.collect();
        took.sort_unstable();
        // The median: one in ten may meet a busy machine.
        assert!(took[5] < Duration::from_millis(50), "{path} takes {took:?}");
    }
}

fn part(server: &Server, name: &str) -> Value {
    let health = server.get("/health").json();
    let parts = health["parts"].as_array().cloned().unwrap_or_default();
    let found = parts.iter().find(|part| part["name"] == name);
    found
        .unwrap_or_else(|| panic!("{name} is not in {health:#}"))
        .clone()
}

#[test]
fn every_part_tells_its_state_its_age_and_its_last_error() {
    let server = Server::with(usual(), &["--languages", "python"]);
    wait_for(Duration::from_secs(10), "all is well", || {
        (server.get("/health").json()["status"] == "ok").then_some(())
    });
    let health = server.get("/health").json();
    assert_eq!(health["service_state"], "running", "{health}");
    let parts = health["parts"].as_array().expect("parts");
    let names: Vec<_> = parts
        .iter()
        .filter_map(|part| part["name"].as_str())
        .collect();
    for name in [
        "pool python",
        "background tasks",
        "disk",
        "log",
        "memory",
        "runtime",
        "cache",
    ] {
        assert!(names.contains(&name), "{name} is not among {names:?}");
    }
    for part in parts {
        assert_eq!(part["state"], "ok", "{part}");
        let age = part["checked_s_ago"].as_f64().expect("an age");
        assert!((0.0..20.0).contains(&age), "{part}");
        assert!(
            part["for_s"].is_f64() && part["last_error"].is_null(),
            "{part}"
        );
    }
    assert_eq!(server.get("/readyz").json()["service_state"], "running");
}

#[test]
fn a_stuck_runner_does_not_hold_health_up() {
    let pool = [
        "--languages",
        "python",
        "--min-idle",
        "2",
        "--max-runners",
        "2",
    ];
    let server = Server::with(Setup::Own, &pool);
    server.wait_until_full("python", 2);
    let family = server.family();
    let keepers = server.keepers(&family);
    let stuck: Vec<u32> = (family.iter())
        .filter(|process| keepers.iter().any(|keeper| keeper.pid == process.parent))
        .map(|process| process.pid)
        .collect();
    assert_eq!(stuck.len(), 2, "{family:?}");
    for pid in &stuck {
        processes::signal(*pid, "STOP");
    }
    assert_tells_at_once(|path| server.get(path).status);
    // They do not answer, and are replaced.
    wait_for(Duration::from_secs(40), "others take their place", || {
        let pool = server.pool("python");
        let gone = pool["retired_total"]["unanswered"].as_u64().unwrap_or(0);
        (gone >= 2 && pool["idle"] == 2).then_some(())
    });
    assert_eq!(
        server.execute("python", &json!({"code": "print(1)"}))["stdout"],
        "1\n"
    );
}

/// A small disk of its own.
struct Disk(tempfile::TempDir);

impl Disk {
    fn mount(mebibytes: u32) -> Self {
        let folder = open_folder();
        let mounted = Command::new("mount")
            .args([
                "-t",
                "tmpfs",
                "-o",
                &format!("size={mebibytes}m,mode=0755"),
                "warmbox-test",
            ])
            .arg(folder.path())
            .status();
        assert!(mounted.expect("mount is there").success());
        Self(folder)
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        let _ = Command::new("umount")
            .arg("--lazy")
            .arg(self.0.path())
            .status();
    }
}

#[test]
fn new_work_is_refused_before_a_disk_is_full_and_taken_again_after() {
    assert!(root(), "a disk of its own needs root");
    let disk = Disk::mount(16);
    let cache = disk.0.path().join("cache").display().to_string();
    let args = [
        "--languages",
        "python",
        "--cache-dir",
        &cache,
        "--disk-reserve-bytes",
        "8MiB",
    ];
    let server = Server::with(Setup::Own, &args);
    let program = json!({"code": "print('room')"});
    assert_eq!(server.execute("python", &program)["stdout"], "room\n");
    let filler = disk.0.path().join("filler");
    std::fs::write(&filler, vec![1; 10 << 20]).expect("it fits");
    let refused = wait_for(Duration::from_secs(20), "new work is refused", || {
        let reply = server.post_json("/execute/python", &program);
        (reply.status == 503).then_some(reply)
    });
    let problem = refused.json();
    assert_eq!(problem["code"], "disk_low", "{problem}");
    assert_eq!(refused.header("retry-after"), "10");
    let words = problem["detail"].as_str().expect("a detail");
    assert!(
        words.contains("MiB are free on the disk of") && words.contains("make room"),
        "{words}"
    );
    assert_eq!(server.get("/readyz").status, 503);
    assert_eq!(part(&server, "disk")["state"], "down");
    assert_tells_at_once(|path| server.get(path).status);
    std::fs::remove_file(&filler).expect("it is there");
    wait_for(Duration::from_secs(20), "new work is taken again", || {
        (server.post_json("/execute/python", &program).status == 200).then_some(())
    });
    let disk = part(&server, "disk");
    assert_eq!(disk["state"], "ok", "{disk}");
    assert!(
        disk["last_error"]
            .as_str()
            .is_some_and(|it| it.contains("make room")),
        "{disk}"
    );
}

#[test]
fn new_work_is_refused_while_memory_is_low() {
    // More than any machine has.
    let args = [
        "--languages",
        "python",
        "--memory-reserve-bytes",
        "1048576GiB",
    ];
    let server = Server::launch(&Options::new(usual(), &args));
    let program = json!({"code": "print(1)"});
    let reply = wait_for(Duration::from_secs(20), "it is refused", || {
        let reply = server.post_json("/execute/python", &program);
        (reply.status == 503).then_some(reply)
    });
    assert_eq!(reply.json()["code"], "memory_low", "{}", reply.text);
    assert_eq!(server.get("/readyz").status, 503);
}
