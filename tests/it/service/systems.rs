//! Five systems that warmbox stands for failed in operation. Each failure is replayed here, one test
//! each, named after its system.

use super::silence::figure;
use super::stopping::{assert_is_stopping, assert_refused, takes};
use crate::harness::{
    Options, Server, Setup, containers, marker, open_folder, processes, program, read_to_end,
    usual, wait_for,
};
use serde_json::json;
use std::fs;
use std::path::PathBuf;
use std::time::Duration;

/// A: a stale process answered on the port for days, errors named an image that no code named, the
/// pool ran empty after reaping, exit status and sentinels were glued into outputs.
#[test]
fn system_a_a_stale_process_an_empty_pool_and_glued_outputs() {
    let args = [
        "--languages",
        "python",
        "--min-idle",
        "0",
        "--idle-timeout",
        "1s",
    ];
    let server = Server::with(usual(), &args);
    // The port's owner is named, and a second server does not start beside it.
    let folder = open_folder();
    let second = program(usual(), folder.path())
        .args(["serve", "--port", &server.port.to_string()])
        .output()
        .expect("it ends");
    let words = String::from_utf8_lossy(&second.stderr).into_owned();
    assert_eq!(second.status.code(), Some(3), "{words}");
    assert!(words.contains(&format!("pid {}", server.pid())), "{words}");
    // Whoever answers says who it is.
    let live = server.get("/livez");
    assert_eq!(live.json()["pid"], server.pid());
    assert_eq!(live.json()["instance"], live.header("x-warmbox-instance"));
    // Reaped to nothing, and made again on demand.
    for _ in 0..2 {
        let answer = server.execute(
            "python",
            &json!({"code": "import sys\nprint('out')\nsys.exit(1)"}),
        );
        // Status, code and output are apart, with nothing of ours in them.
        assert_eq!(answer["output"], "out\n", "{answer}");
        assert_eq!(
            (&answer["status"], &answer["exit_code"]),
            (&json!("runtime_error"), &json!(1))
        );
        wait_for(Duration::from_secs(30), "idle runners are reaped", || {
            (server.pool("python")["size"] == 0).then_some(())
        });
    }
    // Every request can be followed by its id.
    let headers = [
        ("content-type", "text/plain"),
        ("x-request-id", "followed-7"),
    ];
    let reply = server.post("/execute/python", &headers, b"print(1)");
    assert_eq!(reply.header("x-request-id"), "followed-7");
    wait_for(Duration::from_secs(5), "its line is in the log", || {
        server.log().contains("request_id=followed-7").then_some(())
    });
}

/// B: a binary that did nothing ended at once with exit code 0, 146 times, without a line.
#[test]
fn system_b_no_end_without_a_code_and_a_word() {
    let folder = open_folder();
    for (args, code, words) in [
        (vec!["--port", "none"], 2, "port"),
        (vec!["--keys-file", "/no/such/file"], 2, "/no/such/file"),
        (vec!["--host", "203.0.113.77"], 3, "203.0.113.77"),
        (vec!["--languages", "cobol"], 2, "cobol"),
    ] {
        let output = program(usual(), folder.path())
            .args(["serve"])
            .args(&args)
            .output()
            .expect("it ends");
        let text = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(code), "{args:?}: {text}");
        assert!(
            text.lines()
                .last()
                .is_some_and(|it| it.starts_with("warmbox: ") && it.contains(words)),
            "{text}"
        );
    }
    // Nothing to read and nobody to write to is no reason to end.
    let server = Server::with(usual(), &["--languages", "python"]);
    std::thread::sleep(Duration::from_secs(1));
    assert!(server.exited().is_none());
    processes::signal(server.pid(), "TERM");
    assert_eq!(
        server.wait_for_exit(Duration::from_secs(10)).code(),
        Some(0)
    );
    assert!(
        server.log().contains("reason=\"SIGTERM\""),
        "{}",
        server.log()
    );
}

/// C: the runtime image was missing, so that every job failed; services were built anew at each
/// request; input was not validated.
#[test]
fn system_c_a_missing_image_is_named_and_nothing_is_built_for_a_request() {
    if !crate::harness::setups().contains(&Setup::Docker) {
        return;
    }
    let image = "python=warmbox-is-not-there:none";
    let args = ["--image", image, "--pull", "never", "--min-idle", "1"];
    let server = Server::launch(&Options::new(Setup::Docker, &args));
    let reply = wait_for(Duration::from_secs(60), "it is told", || {
        let reply = server.post_json("/execute/python", &json!({"code": "print(1)"}));
        (reply.status == 503).then_some(reply)
    });
    let words = reply.json()["detail"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    assert!(words.contains("warmbox-is-not-there:none"), "{words}");
    assert!(
        words.contains("docker pull")
            || words.contains("docker build")
            || words.contains("make images"),
        "{words}"
    );
    // The other language works, with one engine for all its requests.
    server.wait_until_full_within("cpp", 1, Duration::from_secs(60));
    let started =
        |server: &Server| figure(server, "warmbox_runners_created_total{language=\"cpp\"} ");
    let before = started(&server);
    for number in 0..3 {
        let code = format!("#include <cstdio>\nint main() {{ puts(\"{number}\"); }}");
        assert_eq!(
            server.execute("cpp", &json!({"code": code}))["stdout"],
            format!("{number}\n")
        );
    }
    assert!(
        started(&server) <= before + 2.0,
        "runners are made for each request"
    );
    assert!(!containers::owned_by(&containers::host(), &server.owner).is_empty());
}

/// D: deaths without a word: a health check that hung, an OOM kill unseen, a logger that threw, a
/// start that hung. (A background task that crashes: `src/tasks.rs`; logs: `silence.rs`; a start:
/// there too; a frozen daemon and a stuck runner: `health.rs` and `docker/outages.rs`.)
#[test]
fn system_d_an_out_of_memory_kill_is_seen_and_named() {
    assert!(crate::harness::root(), "a cgroup of its own needs root");
    let group = Group::make(256 << 20);
    let folder = tempfile::tempdir().expect("a folder");
    let state = folder.path().display().to_string();
    let owner = marker("oom");
    let mut options = Options::new(
        Setup::Own,
        &["--languages", "python", "--state-dir", &state],
    );
    options.owner = owner;
    let server = Server::start(&options);
    group.take(server.pid());
    group.limit(24 << 20);
    // What the server itself holds: a body, which it must read before it can refuse it.
    let body = format!("{{\"code\": \"{}\"}}", "x".repeat(15 << 20));
    let head = format!(
        "POST /execute/python HTTP/1.1\r\nhost: test\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
        body.len()
    );
    let text = format!("{head}{body}");
    let held: Vec<_> = (0..8)
        .map(|_| {
            let (port, text) = (server.port, text.clone());
            std::thread::spawn(move || {
                use std::io::Write;
                let stream = std::net::TcpStream::connect(("127.0.0.1", port));
                let _ = stream.and_then(|mut stream| stream.write_all(text.as_bytes()));
            })
        })
        .collect();
    let status = server.wait_for_exit(Duration::from_secs(60));
    assert_eq!(status.code(), None, "it was killed: {}", server.log());
    for sending in held {
        let _ = sending.join();
    }
    let next = Server::start(&options);
    let log = next.log();
    assert!(log.contains("did not end in order"), "{log}");
    assert!(
        log.contains("the kernel ended it for want of memory"),
        "{log}"
    );
    assert_eq!(
        figure(&next, "warmbox_oom_kills_total{what=\"server\"} "),
        1.0
    );
}

/// E: the states, the body of a refusal, the drain, and an emergency stop that is protected.
#[test]
fn system_e_an_emergency_stop_is_protected_and_drains() {
    let folder = open_folder();
    let token = folder.path().join("token");
    fs::write(&token, "a-token-of-more-than-sixteen-bytes\n").expect("it can be written");
    let path = token.display().to_string();
    let server = Server::with(
        usual(),
        &["--languages", "python", "--admin-token-file", &path],
    );
    let stop = "/admin/emergency-shutdown";
    assert_eq!(server.post(stop, &[], b"").status, 401);
    let wrong = [("authorization", "Bearer a-token-of-more-than-sixteen-byteS")];
    assert_eq!(
        server.post(stop, &wrong, b"").json()["code"],
        "admin_token_wrong"
    );
    let mark = marker("emergency");
    let running = server.send_and_hold("python", &takes(2, &mark));
    processes::wait_for_marked(&mark);
    let right = [("authorization", "Bearer a-token-of-more-than-sixteen-bytes")];
    let reply = server.post(stop, &right, b"");
    assert_eq!(
        (reply.status, &reply.json()["service_state"]),
        (202, &json!("stopping")),
        "{}",
        reply.text
    );
    wait_for(Duration::from_secs(2), "it is not ready any more", || {
        (server.get("/readyz").status == 503).then_some(())
    });
    assert_refused(&server);
    assert_is_stopping(&server.post_json("/execute/python", &json!({"code": "1"})));
    assert!(read_to_end(running).contains("finished\\n"));
    assert_eq!(
        server.wait_for_exit(Duration::from_secs(10)).code(),
        Some(0)
    );
    // Without a token nobody may.
    let server = Server::with(usual(), &["--languages", "python"]);
    let refused = server.post(stop, &right, b"");
    assert_eq!(
        (refused.status, &refused.json()["code"]),
        (403, &json!("admin_disabled"))
    );
}

/// A memory cgroup for one process, whichever version this machine has.
struct Group(PathBuf, &'static str);

impl Group {
    fn make(bytes: u64) -> Self {
        let name = marker("group");
        let v1 = PathBuf::from("/sys/fs/cgroup/memory");
        let group = match v1.is_dir() {
            true => Self(v1.join(name), "memory.limit_in_bytes"),
            false => {
                let above = PathBuf::from("/sys/fs/cgroup");
                let _ = fs::write(above.join("cgroup.subtree_control"), "+memory");
                Self(above.join(name), "memory.max")
            }
        };
        fs::create_dir(&group.0).expect("a cgroup can be made");
        group.limit(bytes);
        group
    }

    fn limit(&self, bytes: u64) {
        fs::write(self.0.join(self.1), bytes.to_string()).expect("a limit can be set");
    }

    fn take(&self, pid: u32) {
        fs::write(self.0.join("cgroup.procs"), pid.to_string()).expect("it can be moved");
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        let _ = fs::remove_dir(&self.0);
    }
}
