//! Each wall left out, one at a time: the others still hold. So none of them is the only one, and
//! each is shown to be there by what can be seen without it.
//!
//! The supervisor for this is built with the feature `weakened`; no server takes it for its own.
//! Containers are started by the docker command with one of their options left out.

use crate::harness::{
    Setup, Supervised, encoded, open_folder, probe_code, setups, supervise, supervisor, weakened,
};
use std::path::Path;
use std::process::Command;
use warmbox_protocol::{
    End, FromRunner, IdentitySource, Limit, Limits, MemoryCeiling, Plan, RootSource, ToRunner,
};

const LIMITS: Limits = Limits {
    wall_ms: 20_000,
    cpu_ms: 10_000,
    memory_bytes: 128 << 20,
    processes: 30,
    output_bytes: 64 << 10,
    file_size_bytes: 16 << 20,
    disk_bytes: 64 << 20,
    open_files: 64,
};

/// A wall, a program that shows whether it is there, and what that prints without it. Nothing is
/// to be seen of a wall that others of the same kind cover.
const WALLS: [(&str, &str, &str); 11] = [
    ("Filter", STATUS_SECCOMP, "0"),
    ("NoCapabilities", STATUS_CAPABILITIES, "True"),
    (
        "NotDumpable",
        "import os\nprint(os.stat('/proc/1/environ').st_uid)",
        "1",
    ),
    (
        "NoUserNamespaces",
        "print(open('/proc/sys/user/max_user_namespaces').read().strip() != '0')",
        "True",
    ),
    (
        "HiddenFiles",
        "print(len(open('/proc/cmdline').read()) > 0)",
        "True",
    ),
    (
        "ReadOnlyKnobs",
        "import os\nprint(os.statvfs('/proc/sys').f_flag & 1)",
        "0",
    ),
    (
        "ReadOnlyRoot",
        "import os\nprint(os.statvfs('/').f_flag & 1)",
        "0",
    ),
    (
        "Rlimits",
        "import resource as r\nprint(r.getrlimit(r.RLIMIT_FSIZE)[0] == r.RLIM_INFINITY)",
        "True",
    ),
    ("ClosedAtEntry", "print('-')", "-"),
    ("ClosedAtExec", "print('-')", "-"),
    ("Meter", "print('-')", "-"),
];
const STATUS_SECCOMP: &str =
    "print(open('/proc/self/status').read().split('Seccomp:')[1].split()[0])";
const STATUS_CAPABILITIES: &str =
    "print(int(open('/proc/self/status').read().split('CapBnd:')[1].split()[0], 16) != 0)";

/// Takes memory until it is stopped.
const GREEDY: &str = "all = []\nwhile True: all.append(b'x' * (1 << 20))";
/// Forks until it is refused.
const MANY: &str = "import os, time\nfor i in range(300):\n    if os.fork() == 0: time.sleep(60)";

/// The doors, and what limits are for.
fn holds(what: &str, runner: &mut Supervised) {
    let doors = runner.python(&probe_code("doors.py"), LIMITS);
    let (stdout, stderr) = (&doors.stdout, &doors.stderr);
    assert_eq!(stdout, "nothing\n", "{what}: these doors open\n{stderr}");
    assert_eq!(doors.outcome.end, End::Exited(0), "{what}: {stderr}");
    let greedy = runner.python(GREEDY, LIMITS).outcome;
    assert_eq!(greedy.limit, Some(Limit::Memory), "{what}: {greedy:?}");
    let many = runner.python(MANY, LIMITS);
    let (end, refused) = (many.outcome.end, many.stderr.contains("BlockingIOError"));
    assert!(end == End::Exited(1) && refused, "{what}: {many:?}");
}

fn plan(identities: IdentitySource) -> Plan {
    Plan {
        language: "python".to_owned(),
        root: RootSource::Here,
        support: Vec::new(),
        version_argv: vec!["python3".to_owned(), "--version".to_owned()],
        env: Vec::new(),
        parents: Vec::new(),
        rehearsal: None,
        identities,
    }
}

/// A runner of the embedded engine.
fn embedded(binary: &Path, without: &str, locks: &Path) -> Supervised {
    Supervised::start(runner(binary, without), &plan(locked(locks)))
}

fn locked(folder: &Path) -> IdentitySource {
    IdentitySource::LockFolder(folder.display().to_string())
}

fn runner(binary: &Path, without: &str) -> Command {
    let mut command = Command::new(binary);
    command
        .arg("runner")
        .env_clear()
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .env("WARMBOX_WITHOUT", without)
        .current_dir("/");
    command
}

#[test]
fn each_wall_can_be_left_out_and_the_others_hold() {
    if !setups().contains(&Setup::Own) {
        return;
    }
    let folder = open_folder();
    let weak = weakened();
    for (wall, shows, without) in WALLS {
        let mut runner = embedded(&weak, wall, folder.path());
        let shown = runner.python(shows, LIMITS).stdout;
        assert_eq!(shown.trim(), without, "{wall} was not left out");
        if without != "-" {
            let mut whole = embedded(&supervisor(), wall, folder.path());
            let shown = whole.python(shows, LIMITS).stdout;
            assert_ne!(shown.trim(), without, "{wall} is not there at all");
        }
        holds(wall, &mut runner);
    }
}

/// A program that kept its first process's identity owns nothing of its sandbox: it is not run.
#[test]
fn without_an_identity_of_its_own_no_program_is_run() {
    if !setups().contains(&Setup::Own) {
        return;
    }
    let folder = open_folder();
    let message = encoded(&ToRunner::Plan(plan(locked(folder.path()))));
    let (code, said, words) = supervise(runner(&weakened(), "OwnIdentity"), &message);
    assert_ne!(code, Some(0));
    assert!(words.contains("enter the work folder"), "{words}");
    let ready = said.iter().any(|said| matches!(said, FromRunner::Ready));
    assert!(!ready, "{said:?}");
}

#[test]
fn memory_and_processes_are_bounded_without_a_cgroup() {
    if !setups().contains(&Setup::Own) {
        return;
    }
    let folder = open_folder();
    let mut runner = embedded(&weakened(), "Cgroup", folder.path());
    let ceiling = runner.hello.abilities.memory_ceiling;
    assert_eq!(ceiling, MemoryCeiling::Measured);
    holds("Cgroup", &mut runner);
}

#[test]
fn the_supervisor_that_is_shipped_leaves_nothing_out() {
    let has_switch = |path: &Path| {
        let bytes = std::fs::read(path).expect("it can be read");
        let name = b"WARMBOX_WITHOUT";
        bytes.windows(name.len()).any(|part| part == name)
    };
    assert!(has_switch(&weakened()), "this test can tell");
    assert!(!has_switch(&supervisor()));
    let says = |path: &Path| {
        Command::new(path)
            .arg("--build-id")
            .output()
            .expect("it runs")
            .stdout
    };
    assert_ne!(
        says(&weakened()),
        says(&supervisor()),
        "a server must be able to tell them apart"
    );
}

/// What Docker is asked for around a runner, as `hardening.rs` asks for it, option by option.
const OPTIONS: [&[&str]; 8] = [
    &["--network=none"],
    &["--cap-drop=ALL", "--cap-add=SETUID", "--cap-add=SETGID"],
    &["--security-opt=no-new-privileges"],
    &["--security-opt=seccomp=src/engine/docker/seccomp.json"],
    &["--read-only"],
    &["--memory=1312m", "--memory-swap=1312m"],
    &["--pids-limit=288"],
    &["--ipc=none"],
];
/// What must stand in its place, because to leave it out is not to go without.
fn instead(option: &str) -> &'static [&'static str] {
    match option {
        // The daemon's own default is a profile too.
        "--security-opt=seccomp=src/engine/docker/seccomp.json" => {
            &["--security-opt=seccomp=unconfined"]
        }
        _ => &[],
    }
}

#[test]
fn each_option_of_a_container_can_be_left_out_and_the_walls_inside_hold() {
    if !setups().contains(&Setup::Docker) {
        return;
    }
    for left_out in OPTIONS {
        contained(left_out, None);
    }
    // And the wall inside that the container alone covers.
    contained(&[], Some("Network"));
}

/// Runs the doors in a container without some options, by a supervisor without some wall.
fn contained(left_out: &[&str], wall: Option<&str>) {
    let what = format!("a container without {left_out:?}, {wall:?}");
    let binary = if wall.is_some() {
        weakened()
    } else {
        supervisor()
    };
    // As the server does: the name is the promise that nobody else has the block.
    let block = std::process::id() % 60_000 + 3;
    let mut command = Command::new("docker");
    command
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["run", "--rm", "--interactive", "--pull=never", "--user=0:0"])
        .arg(format!("--name=warmbox-{block}"))
        .args([
            "--security-opt=systempaths=unconfined",
            "--oom-score-adj=500",
        ])
        .arg(format!(
            "--env=WARMBOX_WITHOUT={}",
            wall.unwrap_or_default()
        ))
        .arg(format!(
            "--volume={}:/warmbox-supervisor:ro",
            binary.display()
        ))
        .arg("--entrypoint=/warmbox-supervisor");
    for option in OPTIONS {
        command.args(if option == left_out {
            instead(option[0])
        } else {
            option
        });
    }
    command.args(["warmbox-python:latest", "runner"]);
    let mut runner = Supervised::start(command, &plan(IdentitySource::Block(block)));
    holds(&what, &mut runner);
}
