//! Every limit ends what it is for, says so, and leaves the other runs alone.

use crate::harness::{LANGUAGES, Server, check, on_each_setup, setups};
use serde_json::{Value, json};
use std::sync::atomic::{AtomicBool, Ordering};

/// In the order of [`LANGUAGES`]; empty where another test has it.
type Programs = [&'static str; LANGUAGES.len()];

const BUSY: Programs = [
    "while :; do :; done",
    "int main(void) { for (volatile int i = 0;; i++) {} }",
    "int main() { for (volatile int i = 0;; i++) {} }",
    "for (;;);",
    "while True: pass",
];
const ASLEEP: Programs = [
    "echo on\nsleep 60",
    "#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts(\"on\"); fflush(stdout); sleep(60); }",
    "#include <cstdio>\n#include <unistd.h>\nint main() { puts(\"on\"); fflush(stdout); sleep(60); }",
    "console.log('on')\nsetTimeout(() => 0, 60000)",
    "import time\nprint('on', flush=True)\ntime.sleep(60)",
];
/// Touches every page: memory that is only asked for is not used.
const GREEDY: Programs = [
    // By a program of its own: a variable grows slowly.
    "echo on\nhead -c 1000000000 /dev/zero | tail",
    "#include <stdio.h>\n#include <stdlib.h>\n#include <string.h>\nint main(void) { puts(\"on\"); fflush(stdout);\n\
     for (;;) memset(malloc(1 << 20), 1, 1 << 20); }",
    "#include <cstdio>\n#include <vector>\nint main() { puts(\"on\"); fflush(stdout); std::vector<char> b(1 << 30, 1);\n\
     printf(\"%d\\n\", b[b.size() / 2]); }",
    "console.log('on')\nconst all = []\nfor (;;) all.push(new Array(1000).fill(Math.random()))",
    "print('on', flush=True)\nb = b'x' * (1 << 30)\nprint(len(b))",
];
const MANY_CHILDREN: Programs = [
    // It asks again for 15 s before it gives up.
    "",
    "#include <stdio.h>\n#include <unistd.h>\nint main(void) { puts(\"on\"); fflush(stdout);\n\
     for (int i = 0; i < 200; i++) { int p = fork(); if (p < 0) return 1; if (!p) sleep(60); } }",
    "#include <cstdio>\n#include <unistd.h>\nint main() { puts(\"on\"); fflush(stdout);\n\
     for (int i = 0; i < 200; i++) { int p = fork(); if (p < 0) return 1; if (!p) sleep(60); } }",
    "console.log('on')\nfor (let i = 0; i < 200; i++) require('child_process').spawn('sleep', ['60'])",
    "import os, time\nprint('on', flush=True)\nfor i in range(200):\n    if os.fork() == 0: time.sleep(60)",
];
const FULL_DISK: Programs = [
    "echo on\nfor i in {0..98}; do head -c 4194304 /dev/zero > /tmp/$i || exit 1; done",
    "#include <stdio.h>\n#include <stdlib.h>\nint main(void) { puts(\"on\"); fflush(stdout); char* b = calloc(4, 1 << 20);\n\
     for (int i = 0; i < 99; i++) { char n[20]; sprintf(n, \"/tmp/%d\", i); FILE* f = fopen(n, \"w\");\n\
     if (!f || fwrite(b, 1, 4 << 20, f) != 4 << 20 || fclose(f)) return 1; } }",
    "#include <cstdio>\n#include <vector>\nint main() { puts(\"on\"); fflush(stdout); std::vector<char> b(4 << 20);\n\
     for (int i = 0; i < 99; i++) { char n[20]; sprintf(n, \"/tmp/%d\", i); FILE* f = fopen(n, \"w\");\n\
     if (!f || fwrite(b.data(), 1, b.size(), f) != b.size() || fclose(f)) return 1; } }",
    "console.log('on')\nfor (let i = 0; i < 99; i++) require('fs').writeFileSync('/tmp/' + i, Buffer.alloc(4 << 20))",
    "print('on', flush=True)\nfor i in range(99): open(f'/tmp/{i}', 'wb').write(b'x' * (4 << 20))",
];

#[test]
fn each_limit_ends_its_program_and_is_named() {
    let mib = 1 << 20;
    let stopped = |status: &str, limit: &str, stdout: &str| json!({"status": status, "limit": limit, "stdout": stdout, "exit_code": null, "signal": null});
    let failed =
        |status: &str, limit: &str| json!({"status": status, "limit": limit, "stdout": "on\n"});
    let rows = [
        (
            BUSY,
            json!({"cpu_ms": 300}),
            stopped("time_limit", "cpu_ms", ""),
        ),
        (
            BUSY,
            json!({"wall_ms": 300}),
            stopped("time_limit", "wall_ms", ""),
        ),
        (
            ASLEEP,
            // Node.js alone needs 400 of it to begin on a busy machine.
            json!({"wall_ms": 1500, "cpu_ms": 5000}),
            stopped("time_limit", "wall_ms", "on\n"),
        ),
        (GREEDY, json!({}), failed("memory_limit", "memory_bytes")),
        (
            GREEDY,
            json!({"memory_bytes": 64 * mib}),
            failed("memory_limit", "memory_bytes"),
        ),
        (
            MANY_CHILDREN,
            json!({"processes": 20}),
            failed("process_limit", "processes"),
        ),
        (FULL_DISK, json!({}), failed("disk_limit", "disk_bytes")),
    ];
    on_each_setup(|server| {
        for (programs, limits, expected) in &rows {
            let given = LANGUAGES.iter().zip(programs);
            for (language, code) in given.filter(|(_, code)| !code.is_empty()) {
                let answer = server.execute(language, &json!({"code": code, "limits": limits}));
                check(&format!("{language} {limits} {code}"), &answer, expected);
                let wall = answer["usage"]["wall_ms"].as_f64().unwrap_or(f64::MAX);
                assert!(wall < 4000.0, "{language} {limits}: ended after {wall} ms");
            }
        }
        // a limit of one run must not stick to the next
        let half = json!({"code": "b = b'x' * (128 << 20)\nprint(len(b))", "limits": {}});
        for _ in 0..3 {
            check(
                "after all that",
                &server.execute("python", &half),
                &json!({"status": "ok"}),
            );
        }
    });
}

#[test]
fn memory_is_counted_over_all_processes_and_tmpfs() {
    let children = "import os, time\nfor i in range(6):\n    if os.fork() == 0:\n        b = b'x' * (20 << 20)\n        time.sleep(9)\ntime.sleep(9)";
    let files = "for i in range(10): open(f'/dev/shm/{i}', 'wb').write(b'x' * (6 << 20))\nimport time\ntime.sleep(9)";
    on_each_setup(|server| {
        for code in [children, files] {
            let limits = json!({"memory_bytes": 48 << 20, "wall_ms": 5000});
            let answer = server.execute("python", &json!({"code": code, "limits": limits}));
            check(
                code,
                &answer,
                &json!({"status": "memory_limit", "limit": "memory_bytes"}),
            );
        }
    });
}

#[test]
fn what_cannot_be_executed_is_a_verdict_and_costs_no_runner() {
    let disk = json!({"status": "disk_limit", "limit": "disk_bytes", "exit_code": null});
    let many: Vec<Value> = (0..250)
        .map(|i| json!({"name": format!("{i}/{}x", "a/".repeat(400)), "content": ""}))
        .collect();
    let mut folders = vec![json!({"name": "main.py", "content": "print(1)"})];
    folders.extend(many);
    let no_interpreter =
        "asm(\".section .interp,\\\"a\\\",@progbits\\n.ascii \\\"x\\\"\\n.text\");\nint main() {}";
    let rows = [
        (
            "python",
            json!({"code": "#".repeat(9000), "limits": {"disk_bytes": 4096}}),
            disk.clone(),
        ),
        (
            "cpp",
            json!({"code": "int main() {}", "limits": {"disk_bytes": 8192}}),
            disk.clone(),
        ),
        ("python", json!({"files": folders}), disk),
        (
            "cpp",
            json!({"code": no_interpreter}),
            json!({"status": "runtime_error", "exit_code": 126}),
        ),
        (
            "python",
            json!({"code": "print(1)", "limits": {"open_files": 1}}),
            // by the dynamic loader, or by an interpreter that had been loaded before
            json!({"status": "runtime_error", "exit_code": {"any": [127, 2]}}),
        ),
        (
            "python",
            json!({"code": "print(1)", "limits": {"memory_bytes": 1}}),
            json!({"status": "memory_limit"}),
        ),
        (
            "python",
            json!({"code": "import os\nos.kill(os.getpid(), 24)"}),
            json!({"status": "runtime_error", "signal": "SIGXCPU", "limit": null}),
        ),
    ];
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "1", "--max-runners", "1"]);
        for (language, request, expected) in &rows {
            let answer = server.execute(language, request);
            check(&format!("{language} {expected}"), &answer, expected);
        }
        for language in ["python", "cpp"] {
            assert_eq!(server.pool(language)["created_total"], 1, "{language}");
        }
    }
}

#[test]
fn memory_of_one_run_is_not_counted_as_the_next_ones() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "1", "--max-runners", "1"]);
        let large = json!({"code": "char a[31 << 20] = {1};\nint main() { return a[5]; }"});
        check(
            "large",
            &server.execute("cpp", &large),
            &json!({"status": "ok"}),
        );
        let small = server.execute("cpp", &json!({"code": "int main() {}"}));
        let peak = small["usage"]["peak_memory_bytes"].as_u64();
        assert!(peak.is_some_and(|peak| peak < 4 << 20), "{small}");
    }
}

#[test]
fn a_refusal_that_the_program_copes_with_is_no_failure() {
    let code = "import os, time\ntry:\n    for i in range(99):\n        if os.fork() == 0: time.sleep(9)\nexcept BlockingIOError:\n    print('enough')";
    on_each_setup(|server| {
        let answer = server.execute(
            "python",
            &json!({"code": code, "limits": {"processes": 20}}),
        );
        check(
            "it ended well",
            &answer,
            &json!({"status": "ok", "exit_code": 0, "stdout": "enough\n"}),
        );
    });
}

#[test]
fn a_fork_bomb_is_contained_while_a_second_runner_answers() {
    let bombs: Programs = [
        "bomb() { bomb | bomb & }\nwhile :; do bomb; done",
        "#include <unistd.h>\nint main(void) { for (;;) fork(); }",
        "#include <unistd.h>\nint main() { for (;;) fork(); }",
        "const { spawn } = require('child_process')\nsetInterval(() => {\n  for (let i = 0; i < 10; i++)\n\
             spawn(process.execPath, [__filename], { stdio: 'ignore' }).on('error', () => 0)\n}, 10)",
        "import os\nwhile True:\n    try: os.fork()\n    except OSError: pass",
    ];
    for setup in setups() {
        let all = LANGUAGES.join(",");
        let two = ["--min-idle", "2", "--max-runners", "2", "--languages", &all];
        let server = Server::with(setup, &two);
        for ((language, bomb), hello) in LANGUAGES.into_iter().zip(bombs).zip(HELLO) {
            let limits = json!({"wall_ms": 2000, "cpu_ms": 30_000});
            let request = json!({"code": bomb, "limits": limits});
            let over = AtomicBool::new(false);
            let (verdict, meanwhile) = std::thread::scope(|scope| {
                let bombing = scope.spawn(|| {
                    let answer = server.execute(language, &request);
                    over.store(true, Ordering::SeqCst);
                    answer
                });
                let mut meanwhile: Vec<Value> = Vec::new();
                while !over.load(Ordering::SeqCst) {
                    let answer = server.execute(language, &json!({"code": hello}));
                    if !over.load(Ordering::SeqCst) {
                        meanwhile.push(answer);
                    }
                }
                (bombing.join().expect("an answer"), meanwhile)
            });
            // Interpreters by the dozen are more than a run's memory.
            let ends = ["time_limit", "process_limit", "memory_limit"];
            let ends = if language == "javascript" {
                &ends[..]
            } else {
                &ends[..2]
            };
            let contained = json!({"status": {"any": ends}});
            check(language, &verdict, &contained);
            assert!(
                !meanwhile.is_empty(),
                "{language}: nothing was answered during the bomb"
            );
            for answer in &meanwhile {
                check(
                    "during the bomb",
                    answer,
                    &json!({"status": "ok", "stdout": "1\n"}),
                );
            }
        }
    }
}

const HELLO: Programs = [
    "echo 1",
    "#include <stdio.h>\nint main(void) { puts(\"1\"); }",
    "#include <cstdio>\nint main() { puts(\"1\"); }",
    "console.log(1)",
    "print(1)",
];
