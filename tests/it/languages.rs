//! The same small programs in every language, and the whole answer to each of them.

use crate::harness::{check, on_each_setup};
use serde_json::{Value, json};

/// One program in both languages. The request's other fields and the expected answer are the
/// same for both, but for what `stderr` says.
struct Case {
    name: &'static str,
    python: &'static str,
    cpp: &'static str,
    request: Value,
    answer: Value,
    python_stderr: &'static [&'static str],
    cpp_stderr: &'static [&'static str],
}

const QUIET: (&[&str], &[&str]) = (&[], &[]);

fn case(
    name: &'static str,
    [python, cpp]: [&'static str; 2],
    request: Value,
    answer: Value,
    (python_stderr, cpp_stderr): (&'static [&'static str], &'static [&'static str]),
) -> Case {
    Case {
        name,
        python,
        cpp,
        request,
        answer,
        python_stderr,
        cpp_stderr,
    }
}

pub(crate) fn ok(stdout: &str) -> Value {
    json!({
        "status": "ok", "limit": null, "exit_code": 0, "signal": null,
        "stdout": stdout, "output": stdout, "stdout_bytes": stdout.len(), "stderr_bytes": 0,
        "encoding": "utf-8", "truncated": false, "images": [], "files": [],
    })
}

fn failed(exit_code: Option<i32>, signal: Option<&str>) -> Value {
    json!({
        "status": "runtime_error", "limit": null, "exit_code": exit_code, "signal": signal,
        "truncated": false, "images": [],
    })
}

fn cases() -> Vec<Case> {
    let unicode = "žluťoučký kůň 🐎 日本語";
    vec![
        case(
            "hello",
            [
                "print('hello')",
                "#include <cstdio>\nint main() { puts(\"hello\"); }",
            ],
            json!({}),
            ok("hello\n"),
            QUIET,
        ),
        case(
            "no newline, and an empty line before",
            [
                "print('\\nx', end='')",
                "#include <cstdio>\nint main() { fputs(\"\\nx\", stdout); }",
            ],
            json!({}),
            ok("\nx"),
            QUIET,
        ),
        case(
            "nothing printed",
            ["pass", "int main() {}"],
            json!({}),
            ok(""),
            QUIET,
        ),
        case(
            "stdin echo",
            [
                "import sys\nsys.stdout.write(sys.stdin.read())",
                "#include <cstdio>\nint main() { for (int c; (c = getchar()) != EOF;) putchar(c); }",
            ],
            json!({"stdin": "one\ntwo\r\n\tthree"}),
            ok("one\ntwo\r\n\tthree"),
            QUIET,
        ),
        case(
            "unicode, in the code, through stdin and in an argument",
            [
                "import sys\nprint('žluťoučký kůň 🐎 日本語' == input() == sys.argv[1], sys.argv[1], sep='')",
                "#include <cstdio>\n#include <cstring>\nint main(int, char** v) { char in[200] = {0};\n\
                 fread(in, 1, 199, stdin);\n\
                 const char* s = \"žluťoučký kůň 🐎 日本語\";\n\
                 printf(\"%s%s\\n\", !strcmp(in, s) && !strcmp(v[1], s) ? \"True\" : \"False\", v[1]); }",
            ],
            json!({"stdin": unicode, "args": [unicode]}),
            ok(&format!("True{unicode}\n")),
            QUIET,
        ),
        case(
            "arguments stay apart and whole",
            [
                "import sys\nprint(sys.argv[1:])",
                "#include <cstdio>\nint main(int c, char** v) { putchar('[');\n\
                 for (int i = 1; i < c; i++) printf(\"%s'%s'\", i > 1 ? \", \" : \"\", v[i]); puts(\"]\"); }",
            ],
            json!({"args": ["a b", "", "-x", "$(id)", "*"]}),
            ok("['a b', '', '-x', '$(id)', '*']\n"),
            QUIET,
        ),
        case(
            "exit code 3",
            [
                "import sys\nprint('bye')\nsys.exit(3)",
                "#include <cstdio>\nint main() { puts(\"bye\"); return 3; }",
            ],
            json!({}),
            failed(Some(3), None),
            QUIET,
        ),
        case(
            "uncaught exception",
            [
                "def f():\n    raise ValueError('boom')\nf()",
                "#include <stdexcept>\nint main() { throw std::runtime_error(\"boom\"); }",
            ],
            json!({}),
            json!({"status": "runtime_error", "limit": null, "stdout": ""}),
            (
                &[
                    "Traceback (most recent call last):\n  File \"/work/main.py\", line 3, in <module>",
                    "ValueError: boom",
                ],
                &[
                    "terminate called after throwing an instance of 'std::runtime_error'",
                    "boom",
                ],
            ),
        ),
        case(
            "segfault",
            [
                "import ctypes\nctypes.string_at(0)",
                "int main() { *(volatile int*)8 = 1; }",
            ],
            json!({}),
            failed(None, Some("SIGSEGV")),
            QUIET,
        ),
        case(
            "10 threads",
            [
                "import threading\ntotal = []\nts = [threading.Thread(target=total.append, args=(i,)) for i in range(10)]\n\
                 [t.start() for t in ts]; [t.join() for t in ts]\nprint(sum(total))",
                "#include <cstdio>\n#include <thread>\n#include <vector>\n#include <atomic>\n\
                 int main() { std::atomic<int> n{0}; std::vector<std::thread> ts;\n\
                 for (int i = 0; i < 10; i++) ts.emplace_back([&n, i] { n += i; });\n\
                 for (auto& t : ts) t.join(); printf(\"%d\\n\", n.load()); }",
            ],
            json!({}),
            ok("45\n"),
            QUIET,
        ),
        case(
            "one MiB of stdin that nobody reads",
            ["print(1)", "#include <cstdio>\nint main() { puts(\"1\"); }"],
            json!({"stdin": "x".repeat(1 << 20)}),
            ok("1\n"),
            QUIET,
        ),
        case(
            "one MiB of stdin, of which half is read, slowly",
            [
                "import os, time\nread = 0\nwhile read < 1 << 19:\n    read += len(os.read(0, 1 << 14))\n    time.sleep(0.003)\nos.close(0)\nprint(read >= 1 << 19)",
                "#include <cstdio>\n#include <unistd.h>\nint main() { static char b[1 << 14]; long read_now = 0;\n\
                 while (read_now < 1 << 19) { read_now += read(0, b, sizeof b); usleep(3000); } close(0);\n\
                 puts(read_now >= 1 << 19 ? \"True\" : \"False\"); }",
            ],
            json!({"stdin": "x".repeat(1 << 20)}),
            ok("True\n"),
            QUIET,
        ),
        case(
            "nothing of the server's environment",
            [
                "import os\nprint([k for k in os.environ if 'WARMBOX' in k], open('/proc/self/environ').read().count('planted'))",
                "#include <cstdio>\n#include <cstdlib>\nextern char** environ;\n#include <cstring>\n\
                 int main() { int n = 0; for (char** e = environ; *e; e++) n += strstr(*e, \"WARMBOX\") != 0;\n\
                 printf(\"%s %d\\n\", n ? \"found\" : \"[]\", n); }",
            ],
            json!({}),
            ok("[] 0\n"),
            QUIET,
        ),
    ]
}

#[test]
fn python_answers_exactly() {
    every_case("python", |case| (case.python, case.python_stderr));
}

#[test]
fn cpp_answers_exactly() {
    every_case("cpp", |case| (case.cpp, case.cpp_stderr));
}

fn every_case(language: &str, pick: impl Fn(&Case) -> (&'static str, &'static [&'static str])) {
    on_each_setup(|server| {
        for case in cases() {
            let (code, stderr) = pick(&case);
            let mut request = case.request.clone();
            request["code"] = json!(code);
            let answer = server.execute(language, &request);
            let what = format!("{language}, {}", case.name);
            check(&what, &answer, &case.answer);
            check(&what, &answer, &common(language));
            match (stderr, case.answer["status"] == "ok") {
                ([], true) => check(&what, &answer, &json!({"stderr": ""})),
                (parts, _) => check(&what, &answer, &json!({"stderr": {"has": parts}})),
            }
        }
    });
}

/// What every answer of a program that was executed has.
fn common(language: &str) -> Value {
    let compile = match language {
        "cpp" => {
            json!({"status": "ok", "exit_code": 0, "stdout": "", "stderr": "", "diagnostics": []})
        }
        _ => Value::Null,
    };
    json!({
        "language": language, "compile": compile, "version": env!("CARGO_PKG_VERSION"),
        "run_id": {"has": "-"}, "instance": {"has": "-"},
        "usage": {"cpu_ms": {"most": 5000}, "wall_ms": {"most": 10000}, "peak_memory_bytes": {"most": 256 << 20}},
        "timings": {"total_ms": {"most": 60000}, "queue_ms": {"most": 60000}},
    })
}
