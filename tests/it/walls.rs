//! A wall that cannot be put up: nothing is executed, and the error names the step.

use crate::harness::{
    Options, Server, Setup, check, encoded, open_folder, output_of, program_under, root, setups,
    supervise, supervisor, wait_for,
};
use serde_json::json;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;
use warmbox_protocol::{FromRunner, IdentitySource, Plan, RootSource, ToRunner};

fn plan(folder: &Path, change: impl FnOnce(&mut Plan)) -> Vec<u8> {
    let mut plan = Plan {
        language: "python".into(),
        root: RootSource::Here,
        support: Vec::new(),
        version_argv: vec!["python3".into(), "--version".into()],
        env: Vec::new(),
        parents: Vec::new(),
        rehearsal: None,
        identities: IdentitySource::LockFolder(folder.display().to_string()),
    };
    change(&mut plan);
    encoded(&ToRunner::Plan(plan))
}

#[test]
fn a_supervisor_refuses_what_it_cannot_wall_in() {
    let folder = open_folder();
    let locks = folder.path();
    let ping = encoded(&ToRunner::Ping { nonce: 1 });
    let ours = || {
        let mut command = Command::new(supervisor());
        command.arg("runner");
        command
    };
    let without_namespaces = || {
        let mut command = Command::new("unshare");
        let forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" runner";
        command
            .args(["--user", "--map-root-user", "sh", "-c", forbid])
            .arg(supervisor());
        command
    };
    let mut rows = vec![
        (
            ours(),
            plan(locks, |plan| {
                plan.root = RootSource::Folder("/nowhere".into())
            }),
            "open the unpacked runner image",
        ),
        (
            ours(),
            plan(locks, |plan| plan.root = RootSource::Folder("/etc".into())),
            "cannot show the toolchain",
        ),
        (
            ours(),
            plan(locks, |plan| {
                plan.version_argv = vec!["/nowhere/python3".into()]
            }),
            "run the language's version command",
        ),
        (ours(), ping, "receive the plan"),
        (ours(), vec![0xff; 64], "receive the plan"),
        (without_namespaces(), plan(locks, |_| ()), "cannot"),
    ];
    if root() {
        // only who has a range of identities locks one
        rows.push((
            ours(),
            plan(locks, |plan| {
                plan.identities = IdentitySource::LockFolder("/dev/null/locks".into())
            }),
            "identity locks",
        ));
    }
    for (command, message, step) in rows {
        let what = format!("{command:?}, {step}");
        let (code, said, words) = supervise(command, &message);
        assert!(
            code.is_some_and(|code| code != 0),
            "{what}: {code:?} {words}"
        );
        let ready = said
            .iter()
            .any(|m| matches!(m, FromRunner::Hello(_) | FromRunner::Ready));
        assert!(!ready, "{what}: it said that it is ready: {said:?}");
        assert!(words.contains(step), "{what}: {words}");
    }
}

#[test]
fn a_server_without_walls_runs_nothing_and_says_why() {
    for setup in setups() {
        // What takes each engine its walls, and the word for it.
        let (args, word) = match setup {
            // An ordinary user locks no identities.
            Setup::Own if !root() => continue,
            Setup::Nobody => continue,
            Setup::Own => (["--id-lock-dir", "/dev/null/locks"], "identity locks"),
            Setup::Docker => (["--docker-runtime", "no-such-runtime"], "no-such-runtime"),
        };
        let server = Server::launch(&Options::new(setup, &args));
        let reason = json!({"has": word});
        wait_for(Duration::from_secs(10), "the first failure is told", || {
            (server.get("/readyz").text.contains(word)).then_some(())
        });
        let reply = server.post_json("/execute/python", &json!({"code": "print(1)"}));
        check(
            "nothing is run",
            &reply.json(),
            &json!({"status": 503, "code": "unavailable", "detail": reason}),
        );
        assert!(!reply.header("retry-after").is_empty());
        assert_eq!(server.get("/readyz").status, 503);
        assert!(
            !server.told().contains("is ready at"),
            "it is not ready: {}",
            server.told()
        );
        assert_eq!(server.get("/livez").status, 200);
        let health = server.get("/health");
        assert_eq!(health.status, 503);
        check(
            "health",
            &health.json(),
            &json!({"status": "down", "instance": {"has": "-"}}),
        );
        assert!(health.text.contains(word), "{}", health.text);
        check(
            "stats",
            &server.pool("python"),
            &json!({"last_error": reason, "idle": 0}),
        );
        assert!(server.log().contains(word), "{}", server.log());
    }
}

/// Of the embedded engine alone: containers are made by the daemon, which nothing is taken from here.
#[test]
fn run_without_user_namespaces_executes_nothing() {
    for setup in [Setup::Own, Setup::Nobody] {
        if !setups().contains(&setup) {
            continue;
        }
        let folder = open_folder();
        fs::write(folder.path().join("a.py"), "print('executed')").expect("it is ours");
        let forbid = "echo 0 > /proc/sys/user/max_user_namespaces && exec \"$0\" run a.py";
        let unshare = ["unshare", "--user", "--map-root-user", "sh", "-c", forbid];
        let mut command = program_under(&unshare, setup, folder.path());
        let output = output_of(&mut command, Duration::from_secs(20));
        let words = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{words}");
        assert_eq!(
            String::from_utf8_lossy(&output.stdout),
            "",
            "nothing was executed"
        );
        assert!(
            words.contains("namespaces") || words.contains("identit"),
            "{words}"
        );
    }
}

/// The calls by which walls are put up, around a runner and in its first sandbox.
const CALLS: [&str; 19] = [
    "capset",
    "clone3",
    "close_range",
    "dup2",
    "mount",
    "mount_setattr",
    "openat2",
    "pivot_root",
    "prctl",
    "prlimit64",
    "seccomp",
    "setfsuid",
    "setgroups",
    "sethostname",
    "setpriority",
    "setresgid",
    "setresuid",
    "setsid",
    "umount2",
];

/// Each refused by the container's own profile: a supervisor that cannot make one of them offers
/// nothing, and names the step.
#[test]
fn each_step_that_fails_is_a_refusal() {
    if !setups().contains(&Setup::Docker) {
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let profile = root.join("src/engine/docker/seccomp.json");
    let profile = fs::read_to_string(profile).expect("the profile is there");
    let folder = open_folder();
    for (number, call) in CALLS.into_iter().enumerate() {
        let changed = folder.path().join(format!("{call}.json"));
        let without = profile.replace(&format!("\"{call}\""), "\"swapon\"");
        assert_ne!(without, profile, "{call} is not in the profile");
        fs::write(&changed, without).expect("it is ours");
        let block = (std::process::id() + number as u32) % 60_000 + 3;
        let mut command = Command::new("docker");
        command
            .args(["run", "--rm", "--interactive", "--pull=never", "--user=0:0"])
            .args(["--network=none", "--read-only", "--ipc=none"])
            .args(["--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID"])
            .args(["--security-opt=no-new-privileges"])
            .args(["--security-opt=systempaths=unconfined"])
            .arg(format!("--security-opt=seccomp={}", changed.display()))
            .arg(format!("--name=warmbox-{block}"))
            .arg(format!(
                "--volume={}:/warmbox-supervisor:ro",
                supervisor().display()
            ))
            .args(["--entrypoint=/warmbox-supervisor", "warmbox-python:latest"])
            .arg("runner");
        let message = plan(folder.path(), |plan| {
            plan.identities = IdentitySource::Block(block);
        });
        let (code, said, words) = supervise(command, &message);
        let what = format!("without {call}: {code:?} {said:?} {words}");
        let offers =
            |message: &FromRunner| matches!(message, FromRunner::Hello(_) | FromRunner::Ready);
        assert!(!said.iter().any(offers), "{what}");
        assert!(
            code != Some(0) && words.contains("warmbox-supervisor: cannot"),
            "{what}"
        );
    }
}
