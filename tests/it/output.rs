//! What is said about output: order, encoding, truncation, and the end of streams.

use crate::harness::{Server, check, on_each_setup, processes, setups};
use serde_json::json;

/// The same with pauses, in which even a busy machine gets round to reading.
#[test]
fn output_keeps_the_order_of_writes_that_are_apart_in_time() {
    let python = "import sys, time\nfor i in range(4):\n    print('out', i)\n    print('err', i, file=sys.stderr)\n    \
        time.sleep(0.05)\n    sys.stderr.write(f'more {i}\\n')\n    time.sleep(0.05)";
    let shown: String = (0..4)
        .map(|i| format!("out {i}\nerr {i}\nmore {i}\n"))
        .collect();
    on_each_setup(|server| {
        let answer = server.execute("python", &json!({"code": python}));
        check(
            "in order",
            &answer,
            &json!({"status": "ok", "output": shown}),
        );
    });
}

#[test]
fn output_is_what_a_terminal_would_have_shown() {
    let python = "import sys\nfor i in range(3):\n    print('out', i)\n    print('err', i, file=sys.stderr)\nprint('end')";
    let cpp = "#include <cstdio>\nint main() { for (int i = 0; i < 3; i++) { printf(\"out %d\\n\", i); fflush(stdout);\n\
        fprintf(stderr, \"err %d\\n\", i); } puts(\"end\"); }";
    let expected = json!({
        "status": "ok",
        "output": "out 0\nerr 0\nout 1\nerr 1\nout 2\nerr 2\nend\n",
        "stdout": "out 0\nout 1\nout 2\nend\n",
        "stderr": "err 0\nerr 1\nerr 2\n",
    });
    on_each_setup(|server| {
        for (language, code) in [("python", python), ("cpp", cpp)] {
            // the order is the kernel's, so once would prove little
            for round in 0..5 {
                let answer = server.execute(language, &json!({"code": code}));
                check(&format!("{language}, round {round}"), &answer, &expected);
            }
        }
    });
}

#[test]
fn what_is_not_utf8_is_told() {
    let python = "import os\nos.write(1, b'a\\xff\\xfeb\\x00c')";
    let cpp = "#include <unistd.h>\nint main() { write(1, \"a\\xff\\xfe\" \"b\\0c\", 6); }";
    on_each_setup(|server| {
        for (language, code) in [("python", python), ("cpp", cpp)] {
            let answer = server.execute(language, &json!({"code": code}));
            let text = "a\u{fffd}\u{fffd}b\0c";
            let expected = json!({
                "status": "ok", "encoding": "utf-8-lossy", "stdout": text, "output": text, "stdout_bytes": 6,
                "truncated": false,
            });
            check(language, &answer, &expected);
        }
    });
}

#[test]
fn closed_streams_neither_end_nor_hang_a_run() {
    let python = "import os, time\nos.write(1, b'x')\nos.close(1); os.close(2)\ntime.sleep(30)";
    let cpp =
        "#include <unistd.h>\nint main() { write(1, \"x\", 1); close(1); close(2); sleep(30); }";
    let late = "import os, time\nos.close(1); os.close(2)\ntime.sleep(0.3)\nos._exit(7)";
    on_each_setup(|server| {
        for (language, code) in [("python", python), ("cpp", cpp)] {
            let request = json!({"code": code, "limits": {"wall_ms": 500}});
            let expected = json!({
                "status": "time_limit", "limit": "wall_ms", "stdout": "x", "exit_code": null, "signal": null,
                "usage": {"wall_ms": {"most": 3000}},
            });
            check(language, &server.execute(language, &request), &expected);
        }
        let answer = server.execute("python", &json!({"code": late}));
        let expected =
            json!({"status": "runtime_error", "exit_code": 7, "stdout": "", "stderr": ""});
        check("ends after it closed its streams", &answer, &expected);
    });
}

#[test]
fn a_hundred_megabytes_are_cut_loudly_in_bounded_memory() {
    let python = "import os\nblock = b'0123456789' * 10000\nos.write(2, b'e')\nfor i in range(1000):\n    \
        left = block\n    while left: left = left[os.write(1, left):]\nos.write(1, b'the end')";
    let cpp = "#include <cstdio>\n#include <string>\nint main() { std::string b; for (int i = 0; i < 10000; i++) b += \"0123456789\";\n\
        fputc('e', stderr); for (int i = 0; i < 1000; i++) fwrite(b.data(), 1, b.size(), stdout); fputs(\"the end\", stdout); }";
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "1"]);
        for (language, code) in [("python", python), ("cpp", cpp)] {
            server.execute(
                language,
                &json!({"code": code, "limits": {"output_bytes": 1000}}),
            );
            let before = processes::status_kib(server.pid(), "VmHWM:");
            let answer = server.execute(language, &json!({"code": code}));
            let after = processes::status_kib(server.pid(), "VmHWM:");
            let grown = (after - before) >> 10;
            assert!(grown < 32, "{language}: the server grew by {grown} MiB");

            let bytes = 100_000_007;
            let expected = json!({
                "status": "ok", "exit_code": 0, "truncated": true, "stdout_bytes": bytes, "stderr_bytes": 1,
                "stderr": "e", "limit": null,
            });
            let text = answer["stdout"].as_str().unwrap_or_default().to_owned();
            let mut told = answer;
            told["stdout"] = json!(text.len());
            told["output"] = json!("");
            check(language, &told, &expected);
            assert!(text.starts_with("01234567890"), "the head is kept");
            assert!(text.ends_with("89the end"), "the tail is kept");
            let omitted = text
                .split("\n[... ")
                .nth(1)
                .and_then(|t| t.split(" bytes omitted ...]\n").next());
            let omitted: usize = omitted
                .and_then(|t| t.parse().ok())
                .expect("the cut is told");
            let notice = format!("\n[... {omitted} bytes omitted ...]\n").len();
            assert_eq!(
                text.len() - notice + omitted,
                bytes,
                "all bytes are accounted for"
            );
            assert!(
                text.len() <= (1 << 20) + notice,
                "no more than the limit is kept"
            );
        }
    }
}
