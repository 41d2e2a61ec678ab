//! Other OCI runtimes: the same walls, and a clear word where there is no such runtime.

use super::{Deployment, options, shared};
use crate::harness::{Server, check};
use serde_json::{Value, json};

/// What a program can see of its walls, without what differs from run to run.
const WALLS: &str = "
grep() { while read -r line; do case $line in $1*) echo \"$line\" ;; esac; done; }
while read -r name rest; do
  case $name in Uid:|Gid:|Groups:|Cap*|NoNewPrivs:|Seccomp*) echo \"$name $rest\" ;; esac
done </proc/self/status
while read -r _ _ _ _ place options rest; do echo \"$place $options\"; done </proc/self/mountinfo
cat /proc/net/dev /etc/passwd
for place in / /usr /bin /etc /proc/sys/kernel /sys /work /tmp /dev/shm /dev; do
  if (: >$place/x) 2>/dev/null; then echo \"$place can be written\"; fi
done
echo /* /dev/* /proc/[a-z]*
ulimit -n; ulimit -c
";

fn walls(server: &Deployment<'_>) -> Value {
    let request = json!({"code": WALLS});
    let answer = server.execute("sh", &request);
    check(
        "it looks around",
        &answer,
        &json!({"status": "ok", "stderr": ""}),
    );
    let stdout = answer["stdout"].as_str().unwrap_or_default();
    // Figures of the interface.
    let lines = stdout
        .lines()
        .filter(|line| !line.trim_start().starts_with("lo:"));
    let containers = server.containers();
    let id = &containers.first().expect("a runner").id;
    let mut host: Value = serde_json::from_str(&server.daemon.docker(&[
        "inspect",
        "--format",
        "{{json .HostConfig}}",
        id,
    ]))
    .expect("JSON");
    host["Runtime"] = Value::Null;
    json!({
        "seen": lines.collect::<Vec<_>>(),
        "host": host,
        "isolation": server.pool("sh")["isolation"],
    })
}

#[test]
fn crun_gives_the_same_walls_as_runc() {
    let Some(daemon) = shared() else { return };
    let one = ["--min-idle", "1", "--max-runners", "1"];
    let found = ["runc", "crun"].map(|runtime| {
        let server = Deployment::start(
            &daemon,
            &[&one[..], &["--docker-runtime", runtime]].concat(),
        );
        let id = &server.containers()[0].id;
        let named = daemon.docker(&["inspect", "--format", "{{.HostConfig.Runtime}}", id]);
        assert_eq!(named, runtime);
        let hungry = server.execute("sh", &json!({"code": "tail /dev/zero"}));
        check(runtime, &hungry, &json!({"status": "memory_limit"}));
        let bomb = json!({"code": "for i in 1 2 3 4 5 6 7 8; do sleep 5 & done; wait",
            "limits": {"processes": 4}});
        check(
            runtime,
            &server.execute("sh", &bomb),
            &json!({"status": "process_limit"}),
        );
        let endless = json!({"code": "while :; do :; done", "limits": {"cpu_ms": 300}});
        check(
            runtime,
            &server.execute("sh", &endless),
            &json!({"status": "time_limit"}),
        );
        walls(&server)
    });
    let [runc, crun] = &found;
    assert_eq!(runc, crun);
    let seen = runc["seen"].to_string();
    for expected in [
        "NoNewPrivs: 1",
        "CapEff: 0000000000000000",
        "Seccomp: 2",
        "/tmp can be written",
    ] {
        assert!(seen.contains(expected), "{expected} in {runc:#}");
    }
    for never in [
        "/usr can be written",
        "/etc can be written",
        "eth0",
        "docker",
    ] {
        assert!(!seen.contains(never), "{never} in {runc:#}");
    }
}

#[test]
fn an_unknown_runtime_is_named() {
    let Some(daemon) = shared() else { return };
    let server = Server::launch(&options(&daemon, &["--docker-runtime", "nonesuch"]));
    let reply = server.post_json("/execute/sh", &json!({"code": "echo"}));
    assert_eq!(reply.status, 503, "{}", reply.text);
    let named = json!({"has": ["nonesuch", "runtime"]});
    check("the answer", &reply.json(), &json!({"detail": named}));
    check(
        "the pool",
        &server.pool("sh"),
        &json!({"last_error": named}),
    );
}
