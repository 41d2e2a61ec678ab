//! A runner that does not keep to the link: it is thrown away, whatever it says, and the next run
//! has another. What may be tried again is, and nobody notices.

use crate::harness::{
    ONE_PYTHON, Options, Server, check, open_folder, supervisor, usual, wait_for,
};
use serde_json::json;
use std::fs::{self, Permissions};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

/// Passes a supervisor's link on, and lies once: as the file `how` beside it says, which it takes
/// away. The numbers are those of the messages in `crates/protocol/src/message.rs`.
const LIAR: &str = r#"#!/usr/bin/python3
import os, struct, subprocess, sys, threading, time
STARTED, FINISHED = 2, 5
how_file = os.path.join(os.path.dirname(os.path.abspath(__file__)), "how")
child = subprocess.Popen([SUPERVISOR, "runner"], stdin=subprocess.PIPE, stdout=subprocess.PIPE)

def forth():
    while data := os.read(0, 1 << 16):
        child.stdin.write(data)
        child.stdin.flush()
    child.stdin.close()

def say(body, size=None):
    sys.stdout.buffer.write(struct.pack("<I", len(body) if size is None else size) + body)
    sys.stdout.buffer.flush()

def lie(how, body):
    run = body[1:17]
    if how == "silent after a run":
        say(body)
    elif how == "garbage":
        say(b"\xff" * len(body))
    elif how == "a byte too many":
        say(body + b"\0")
    elif how == "too long":
        say(b"", 1 << 31)
    elif how == "cut":
        say(body[:9], len(body))
        os._exit(0)
    elif how == "another run":
        say(body[:1] + b"x" * 16 + body[17:])
    elif how == "not clean":
        say(b"\6" + run + b"\x10kill the sandbox\xdc\1")
    elif how == "ready before the end":
        say(b"\1")
    elif how == "never ends":
        pass
    while child.stdout.read1():
        pass

threading.Thread(target=forth, daemon=True).start()
while len(head := child.stdout.read(4)) == 4:
    body = child.stdout.read(struct.unpack("<I", head)[0])
    if body[0] == FINISHED and os.path.exists(how_file):
        how = open(how_file).read()
        os.unlink(how_file)
        lie(how, body)
        break
    say(body)
sys.exit(child.wait())
"#;

/// What the liar does, what the client sees (`ok`, or the code of a problem), and why the runner
/// is let go.
const LIES: [(&str, &str, &str); 9] = [
    ("silent after a run", "ok", "unexpected"),
    ("garbage", "ok", "lost"),
    ("a byte too many", "ok", "lost"),
    ("too long", "ok", "lost"),
    ("cut", "ok", "lost"),
    ("not clean", "ok", "refused"),
    ("another run", "internal_error", "unexpected"),
    ("ready before the end", "internal_error", "unexpected"),
    ("never ends", "internal_error", "overdue"),
];

#[test]
fn a_runner_that_does_not_keep_to_the_link_is_never_used_again() {
    let folder = open_folder();
    let liar = folder.path().join("warmbox-supervisor");
    let path = format!(
        "SUPERVISOR = {:?}\nimport os",
        supervisor().display().to_string()
    );
    fs::write(&liar, LIAR.replacen("import os", &path, 1)).expect("it is ours");
    fs::set_permissions(&liar, Permissions::from_mode(0o755)).expect("it is ours");
    let mut options = Options::new(usual(), &ONE_PYTHON);
    options.env = vec![("WARMBOX_SUPERVISOR".into(), liar.display().to_string())];
    let server = Server::start(&options);
    for (number, (how, seen, why)) in LIES.into_iter().enumerate() {
        server.wait_until_full("python", 1);
        let before = server.pool("python");
        tell(folder.path(), how);
        let code = format!("print({number})");
        let request = json!({"code": code, "limits": {"wall_ms": 500}});
        let reply = server.post_json("/execute/python", &request);
        let expected = match seen {
            "ok" => json!({"status": "ok", "stdout": format!("{number}\n")}),
            _ => json!({"status": 500, "code": seen}),
        };
        check(how, &reply.json(), &expected);
        let count = |pool: &serde_json::Value| pool["retired_total"][why].as_u64().unwrap_or(0);
        wait_for(Duration::from_secs(15), "it is retired", || {
            (count(&server.pool("python")) == count(&before) + 1).then_some(())
        });
        let answer = server.execute("python", &json!({"code": "print('next')"}));
        check(how, &answer, &json!({"status": "ok", "stdout": "next\n"}));
        let created = server.pool("python")["created_total"].as_u64();
        assert_eq!(
            created,
            before["created_total"].as_u64().map(|n| n + 1),
            "{how}"
        );
    }
}

fn tell(folder: &Path, how: &str) {
    let new = folder.join("new");
    fs::write(&new, how).expect("it is ours");
    fs::rename(new, folder.join("how")).expect("it is ours");
}
