//! The other commands: `run`, `client`, `doctor`, `completions`, and refusals of `serve`.

use crate::harness::{
    Server, Setup, marker, open_folder, output_of, processes, program, setups, usual,
};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;

fn warmbox(setup: Setup, folder: &Path, args: &[&str]) -> (i32, String, String) {
    let output = output_of(program(setup, folder).args(args), Duration::from_secs(30));
    let text = |bytes| String::from_utf8(bytes).expect("UTF-8");
    let code = output.status.code().unwrap_or(-1);
    (code, text(output.stdout), text(output.stderr))
}

const ECHO: &str = "import sys\nsys.stdout.write('out ' + sys.stdin.read())\nsys.stderr.write('err ' + ' '.join(sys.argv[1:]))\nsys.exit(3)";
const ECHO_CPP: &str = "#include <cstdio>\nint main() { fputs(\"out \", stdout); for (int c; (c = getchar()) != EOF;) putchar(c);\n\
    fputs(\"err a b\", stderr); return 3; }";

#[test]
fn run_prints_what_the_program_printed_and_ends_with_its_code() {
    for setup in setups() {
        let folder = open_folder();
        let put = |name: &str, text: &str| {
            fs::write(folder.path().join(name), text).expect("it is ours");
            name.to_owned()
        };
        put("in", "ü\n2");
        let echoed = (3, "out ü\n2", "err a b");
        for (file, words, (code, stdout, stderr)) in [
            (
                put("a.py", ECHO),
                vec!["--stdin", "in", "--", "a", "b"],
                echoed,
            ),
            (
                put("a.cpp", ECHO_CPP),
                vec!["--stdin", "in", "--std", "c++11"],
                echoed,
            ),
            (put("ok.py", "print('fine')"), vec![], (0, "fine\n", "")),
            (
                put("noname", "print('fine')"),
                vec!["--language", "python"],
                (0, "fine\n", ""),
            ),
        ] {
            let args = [vec!["run", &file], words].concat();
            let ran = warmbox(setup, folder.path(), &args);
            assert_eq!(
                ran,
                (code, stdout.to_owned(), stderr.to_owned()),
                "{setup:?} {args:?}"
            );
        }
        let mark = marker("forever");
        let slow = put("slow.py", "print('on', flush=True)\nwhile True: pass");
        let (code, stdout, stderr) = warmbox(
            setup,
            folder.path(),
            &["run", &slow, "--limit", "wall_ms=300", "--", &mark],
        );
        assert_eq!((code, stdout.as_str()), (124, "on\n"), "{stderr}");
        assert!(
            stderr.contains("time") && stderr.contains("wall_ms"),
            "{stderr}"
        );
        assert!(processes::marked(&mark).is_empty());
        let crash = put("crash.cpp", "int main() { *(volatile int*)8 = 1; }");
        let (code, _, stderr) = warmbox(setup, folder.path(), &["run", &crash]);
        assert!(code == 139 && stderr.contains("SIGSEGV"), "{code} {stderr}");
        let wrong = put("wrong.cpp", "int main() {\n  return x;\n}");
        let (code, stdout, stderr) = warmbox(setup, folder.path(), &["run", &wrong]);
        assert!(
            code == 1 && stdout.is_empty() && stderr.contains("main.cpp:2:10: error"),
            "{code} {stderr}"
        );
    }
}

#[test]
fn client_prints_what_run_would() {
    let server = Server::shared(usual());
    let folder = open_folder();
    let file = |name: &str| folder.path().join(name).display().to_string();
    fs::write(file("a.py"), ECHO).expect("it is ours");
    fs::write(file("in"), "x").expect("it is ours");
    let (script, input) = (file("a.py"), file("in"));
    let args = [
        "client",
        &script,
        "--url",
        &server.url,
        "--stdin",
        &input,
        "--",
        "a",
        "b",
    ];
    let told = warmbox(usual(), folder.path(), &args);
    assert_eq!(told, (3, "out x".into(), "err a b".into()));
    let nobody = ["client", &script, "--url", "http://127.0.0.1:1"];
    let (code, stdout, stderr) = warmbox(usual(), folder.path(), &nobody);
    assert!(
        code != 0 && stdout.is_empty() && stderr.contains("http://127.0.0.1:1"),
        "{stderr}"
    );
}

#[test]
fn client_has_jobs_executed_later() {
    // The server wants it to be nobody else's.
    let jobs = tempfile::tempdir().expect("a folder");
    let mode = PermissionsExt::from_mode(0o700);
    fs::set_permissions(jobs.path(), mode).expect("it is ours");
    let place = jobs.path().display().to_string();
    let args = ["--languages", "python", "--jobs-dir", &place];
    let server = Server::with(usual(), &args);
    let folder = open_folder();
    let file = |name: &str| folder.path().join(name).display().to_string();
    fs::write(file("a.py"), ECHO).expect("it is ours");
    fs::write(file("in"), "x").expect("it is ours");
    fs::write(file("slow.py"), "import time\ntime.sleep(60)").expect("it is ours");
    let url = ["--url", &*server.url];
    let job = |words: &[&str], rest: &[&str]| {
        let args = [&["client", "job"], words, &url, rest].concat();
        warmbox(usual(), folder.path(), &args)
    };
    let (script, slow, input) = (file("a.py"), file("slow.py"), file("in"));
    let wanted = ["submit", &*script, "--stdin", &*input];
    let (code, id, stderr) = job(&wanted, &["--", "a", "b"]);
    assert_eq!((code, stderr.as_str()), (0, ""));
    let id = id.trim();
    let ended = job(&["wait", id], &[]);
    assert_eq!(ended, (3, "out x".into(), "err a b".into()));
    let (_, other, _) = job(&["submit", &slow], &[]);
    let other = other.trim();
    assert_eq!(
        job(&["cancel", other], &[]),
        (0, "cancelled\n".into(), String::new())
    );
    let (code, stdout, stderr) = job(&["wait", other], &[]);
    assert_eq!((code, stdout.as_str()), (1, ""));
    assert!(stderr.contains("cancelled"), "{stderr}");
    let (code, listed, _) = job(&["list"], &[]);
    let rows: Vec<Vec<&str>> = (listed.lines())
        .map(|line| line.split_whitespace().take(3).collect())
        .collect();
    let expected = [[other, "cancelled", "python"], [id, "done", "python"]];
    assert_eq!((code, rows), (0, expected.map(Vec::from).to_vec()));
    assert_eq!(job(&["cancel", id], &[]).1, "removed\n");
    let (code, _, stderr) = job(&["wait", id], &[]);
    assert!(code == 1 && stderr.contains("404"), "{stderr}");
    let (code, _, stderr) = warmbox(usual(), folder.path(), &["client"]);
    assert!(code == 2 && stderr.contains("Usage"), "{code} {stderr}");
}

#[test]
fn doctor_says_what_is_here_and_what_is_missing() {
    for setup in setups() {
        let folder = open_folder();
        let (code, stdout, stderr) = warmbox(setup, folder.path(), &["doctor", "--port", "0"]);
        assert_eq!(code, 0, "{stdout}{stderr}");
        for word in [
            "user namespaces",
            "supervisor",
            "python",
            "cpp",
            "matplotlib",
            "docker",
            "port",
            "can run programs here",
        ] {
            assert!(
                stdout.to_lowercase().contains(word),
                "no {word:?} in\n{stdout}"
            );
        }
        let lines: Vec<_> = stdout.lines().collect();
        let (last, checks) = lines.split_last().expect("lines");
        for line in checks {
            let state = line.split_whitespace().next().unwrap_or_default();
            assert!(matches!(state, "ok" | "warn" | "fail"), "{line}");
            assert_eq!(
                state != "ok",
                line.contains(" → "),
                "what is amiss says how to mend it: {line}"
            );
        }
        assert!(last.starts_with("warmbox can run"), "{last}");
        let args = [
            "doctor",
            "--port",
            "0",
            "--supervisor",
            "/nowhere/warmbox-supervisor",
        ];
        let (code, stdout, _) = warmbox(setup, folder.path(), &args);
        assert!(
            code != 0 && stdout.contains("fail") && stdout.contains("cannot run programs"),
            "{code} {stdout}"
        );
    }
}

#[test]
fn completions_know_every_command() {
    let folder = open_folder();
    for shell in ["bash", "zsh", "fish"] {
        let (code, stdout, stderr) = warmbox(usual(), folder.path(), &["completions", shell]);
        assert_eq!((code, stderr.as_str()), (0, ""), "{shell}");
        for word in ["serve", "doctor", "min-idle"] {
            assert!(stdout.contains(word), "no {word} for {shell}");
        }
    }
}

#[test]
fn a_wrong_setting_is_named_in_one_line() {
    let folder = open_folder();
    fs::write(folder.path().join("bad.toml"), "prot = 1\n").expect("it is ours");
    for (args, parts) in [
        (vec!["--port", "70000"], vec!["port", "70000", "65535"]),
        (
            vec!["--engine", "podman"],
            vec!["engine", "podman", "embedded"],
        ),
        (vec!["--limit", "wall=1"], vec!["wall"]),
        (
            vec!["--limit", "wall_ms=99999999"],
            vec!["wall_ms", "99999999"],
        ),
        (
            vec!["--min-idle", "3", "--max-runners", "2"],
            vec!["min_idle", "max_runners"],
        ),
        (vec!["--config", "bad.toml"], vec!["bad.toml", "prot"]),
        (vec!["--image", "python"], vec!["image", "LANGUAGE=IMAGE"]),
        (vec!["--runner-cpus", "0"], vec!["runner_cpus", "0.1"]),
    ] {
        let all = [vec!["serve", "--port", "0"], args.clone()].concat();
        // the later flag wins over the earlier, or clap says that it was given twice
        let all = if args[0] == "--port" {
            [vec!["serve"], args.clone()].concat()
        } else {
            all
        };
        let (code, stdout, stderr) = warmbox(usual(), folder.path(), &all);
        assert!(code != 0 && stdout.is_empty(), "{args:?}: {code} {stdout}");
        for part in parts {
            assert!(stderr.contains(part), "{args:?}: no {part:?} in {stderr}");
        }
    }
}
