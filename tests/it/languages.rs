//! The same small programs in every language, and the whole answer to each of them.

use crate::harness::{LANGUAGES, check, on_each_setup};
use serde_json::{Value, json};

/// One program in all languages, in the order of [`LANGUAGES`]. The request's other fields and the
/// expected answer are the same for all, but for what `stderr` says.
struct Case {
    name: &'static str,
    programs: [&'static str; LANGUAGES.len()],
    request: Value,
    answer: Value,
    stderr: Words,
}

/// What must be in `stderr`, in the order of [`LANGUAGES`]; nothing in any where it is empty.
type Words = &'static [&'static [&'static str]];

const QUIET: Words = &[];

fn case(
    name: &'static str,
    programs: [&'static str; LANGUAGES.len()],
    request: Value,
    answer: Value,
    stderr: Words,
) -> Case {
    Case {
        name,
        programs,
        request,
        answer,
        stderr,
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
                "echo hello",
                "#include <stdio.h>\nint main(void) { puts(\"hello\"); }",
                "#include <cstdio>\nint main() { puts(\"hello\"); }",
                "console.log('hello')",
                "print('hello')",
            ],
            json!({}),
            ok("hello\n"),
            QUIET,
        ),
        case(
            "no newline, and an empty line before",
            [
                "printf '\\nx'",
                "#include <stdio.h>\nint main(void) { fputs(\"\\nx\", stdout); }",
                "#include <cstdio>\nint main() { fputs(\"\\nx\", stdout); }",
                "process.stdout.write('\\nx')",
                "print('\\nx', end='')",
            ],
            json!({}),
            ok("\nx"),
            QUIET,
        ),
        case(
            "nothing printed",
            [":", "int main(void) {}", "int main() {}", "0", "pass"],
            json!({}),
            ok(""),
            QUIET,
        ),
        case(
            "stdin echo",
            [
                "cat",
                "#include <stdio.h>\nint main(void) { for (int c; (c = getchar()) != EOF;) putchar(c); }",
                "#include <cstdio>\nint main() { for (int c; (c = getchar()) != EOF;) putchar(c); }",
                "process.stdin.pipe(process.stdout)",
                "import sys\nsys.stdout.write(sys.stdin.read())",
            ],
            json!({"stdin": "one\ntwo\r\n\tthree"}),
            ok("one\ntwo\r\n\tthree"),
            QUIET,
        ),
        case(
            "unicode, in the code, through stdin and in an argument",
            [
                "in=$(cat)\n[[ $in == 'žluťoučký kůň 🐎 日本語' && $in == \"$1\" ]] && echo \"True$1\"",
                "#include <stdio.h>\n#include <string.h>\nint main(int c, char** v) { char in[200] = {0};\n\
                 fread(in, 1, 199, stdin);\n\
                 const char* s = \"žluťoučký kůň 🐎 日本語\";\n\
                 printf(\"%s%s\\n\", !strcmp(in, s) && !strcmp(v[1], s) ? \"True\" : \"False\", v[1]); }",
                "#include <cstdio>\n#include <cstring>\nint main(int, char** v) { char in[200] = {0};\n\
                 fread(in, 1, 199, stdin);\n\
                 const char* s = \"žluťoučký kůň 🐎 日本語\";\n\
                 printf(\"%s%s\\n\", !strcmp(in, s) && !strcmp(v[1], s) ? \"True\" : \"False\", v[1]); }",
                "const given = require('fs').readFileSync(0, 'utf8'), words = process.argv[2]\n\
                 console.log((given === 'žluťoučký kůň 🐎 日本語' && given === words ? 'True' : 'False') + words)",
                "import sys\nprint('žluťoučký kůň 🐎 日本語' == input() == sys.argv[1], sys.argv[1], sep='')",
            ],
            json!({"stdin": unicode, "args": [unicode]}),
            ok(&format!("True{unicode}\n")),
            QUIET,
        ),
        case(
            "arguments stay apart and whole",
            [
                "printf '['\nfor word; do printf \"$comma'%s'\" \"$word\"; comma=', '; done\necho ']'",
                "#include <stdio.h>\nint main(int c, char** v) { putchar('[');\n\
                 for (int i = 1; i < c; i++) printf(\"%s'%s'\", i > 1 ? \", \" : \"\", v[i]); puts(\"]\"); }",
                "#include <cstdio>\nint main(int c, char** v) { putchar('[');\n\
                 for (int i = 1; i < c; i++) printf(\"%s'%s'\", i > 1 ? \", \" : \"\", v[i]); puts(\"]\"); }",
                "console.log('[' + process.argv.slice(2).map(word => `'${word}'`).join(', ') + ']')",
                "import sys\nprint(sys.argv[1:])",
            ],
            json!({"args": ["a b", "", "-x", "$(id)", "*"]}),
            ok("['a b', '', '-x', '$(id)', '*']\n"),
            QUIET,
        ),
        case(
            "exit code 3",
            [
                "echo bye\nexit 3",
                "#include <stdio.h>\nint main(void) { puts(\"bye\"); return 3; }",
                "#include <cstdio>\nint main() { puts(\"bye\"); return 3; }",
                "console.log('bye')\nprocess.exit(3)",
                "import sys\nprint('bye')\nsys.exit(3)",
            ],
            json!({}),
            failed(Some(3), None),
            QUIET,
        ),
        case(
            "uncaught exception",
            [
                "set -u\necho $missing",
                "#include <assert.h>\nint main(void) { assert(1 == 2); }",
                "#include <stdexcept>\nint main() { throw std::runtime_error(\"boom\"); }",
                "function f() {\n  throw new Error('boom')\n}\nf()",
                "def f():\n    raise ValueError('boom')\nf()",
            ],
            json!({}),
            json!({"status": "runtime_error", "limit": null, "stdout": ""}),
            &[
                &["main.sh: line 2: missing: unbound variable"],
                &["main.c:2: main: Assertion `1 == 2' failed."],
                &[
                    "terminate called after throwing an instance of 'std::runtime_error'",
                    "boom",
                ],
                &[
                    "/work/main.js:2\n",
                    "Error: boom\n    at f (/work/main.js:2:9)",
                ],
                &[
                    "Traceback (most recent call last):\n  File \"/work/main.py\", line 3, in <module>",
                    "ValueError: boom",
                ],
            ],
        ),
        case(
            "segfault",
            [
                "kill -SEGV $$",
                "int main(void) { *(volatile int*)8 = 1; }",
                "int main() { *(volatile int*)8 = 1; }",
                "process.kill(process.pid, 'SIGSEGV')\nsetInterval(() => 0, 1000)",
                "import ctypes\nctypes.string_at(0)",
            ],
            json!({}),
            failed(None, Some("SIGSEGV")),
            QUIET,
        ),
        case(
            "10 threads",
            [
                "for i in {0..9}; do echo $i & done | awk '{ sum += $1 } END { print sum }'",
                "#include <pthread.h>\n#include <stdatomic.h>\n#include <stdio.h>\nstatic atomic_int n;\n\
                 static void* add(void* i) { n += (int)(long)i; return 0; }\n\
                 int main(void) { pthread_t ts[10]; for (long i = 0; i < 10; i++) pthread_create(&ts[i], 0, add, (void*)i);\n\
                 for (int i = 0; i < 10; i++) pthread_join(ts[i], 0); printf(\"%d\\n\", n); }",
                "#include <cstdio>\n#include <thread>\n#include <vector>\n#include <atomic>\n\
                 int main() { std::atomic<int> n{0}; std::vector<std::thread> ts;\n\
                 for (int i = 0; i < 10; i++) ts.emplace_back([&n, i] { n += i; });\n\
                 for (auto& t : ts) t.join(); printf(\"%d\\n\", n.load()); }",
                "const { Worker, isMainThread, workerData, parentPort } = require('worker_threads')\n\
                 if (!isMainThread) parentPort.postMessage(workerData)\n\
                 else { let sum = 0, left = 10; for (let i = 0; i < 10; i++)\n\
                 new Worker(__filename, { workerData: i }).on('message', n => sum += n).on('exit', () => --left || console.log(sum)) }",
                "import threading\ntotal = []\nts = [threading.Thread(target=total.append, args=(i,)) for i in range(10)]\n\
                 [t.start() for t in ts]; [t.join() for t in ts]\nprint(sum(total))",
            ],
            json!({}),
            ok("45\n"),
            QUIET,
        ),
        case(
            "one MiB of stdin that nobody reads",
            [
                "echo 1",
                "#include <stdio.h>\nint main(void) { puts(\"1\"); }",
                "#include <cstdio>\nint main() { puts(\"1\"); }",
                "console.log(1)",
                "print(1)",
            ],
            json!({"stdin": "x".repeat(1 << 20)}),
            ok("1\n"),
            QUIET,
        ),
        case(
            "one MiB of stdin, of which half is read, slowly",
            [
                "read=0\nwhile ((read < 1 << 19)); do ((read += $(head -c 16384 | wc -c))); sleep 0.003; done\nexec <&-\necho True",
                "#include <stdio.h>\n#include <unistd.h>\nint main(void) { static char b[1 << 14]; long read_now = 0;\n\
                 while (read_now < 1 << 19) { read_now += read(0, b, sizeof b); usleep(3000); } close(0);\n\
                 puts(read_now >= 1 << 19 ? \"True\" : \"False\"); }",
                "#include <cstdio>\n#include <unistd.h>\nint main() { static char b[1 << 14]; long read_now = 0;\n\
                 while (read_now < 1 << 19) { read_now += read(0, b, sizeof b); usleep(3000); } close(0);\n\
                 puts(read_now >= 1 << 19 ? \"True\" : \"False\"); }",
                "const fs = require('fs'), part = Buffer.alloc(1 << 14), cell = new Int32Array(new SharedArrayBuffer(4))\nlet read = 0\n\
                 while (read < 1 << 19) { read += fs.readSync(0, part); Atomics.wait(cell, 0, 0, 3) }\n\
                 fs.closeSync(0)\nconsole.log('True')",
                "import os, time\nread = 0\nwhile read < 1 << 19:\n    read += len(os.read(0, 1 << 14))\n    time.sleep(0.003)\nos.close(0)\nprint(read >= 1 << 19)",
            ],
            json!({"stdin": "x".repeat(1 << 20)}),
            ok("True\n"),
            QUIET,
        ),
        case(
            "nothing of the server's environment",
            [
                "[[ $(env) == *WARMBOX* ]] || echo '[] 0'",
                "#include <stdio.h>\n#include <string.h>\nextern char** environ;\n\
                 int main(void) { int n = 0; for (char** e = environ; *e; e++) n += strstr(*e, \"WARMBOX\") != 0;\n\
                 printf(\"%s %d\\n\", n ? \"found\" : \"[]\", n); }",
                "#include <cstdio>\n#include <cstdlib>\nextern char** environ;\n#include <cstring>\n\
                 int main() { int n = 0; for (char** e = environ; *e; e++) n += strstr(*e, \"WARMBOX\") != 0;\n\
                 printf(\"%s %d\\n\", n ? \"found\" : \"[]\", n); }",
                "console.log(JSON.stringify(process.env).includes('WARMBOX') ? 'found' : '[] 0')",
                "import os\nprint([k for k in os.environ if 'WARMBOX' in k], open('/proc/self/environ').read().count('planted'))",
            ],
            json!({}),
            ok("[] 0\n"),
            QUIET,
        ),
    ]
}

#[test]
fn bash_answers_exactly() {
    every_case("bash");
}

#[test]
fn c_answers_exactly() {
    every_case("c");
}

#[test]
fn cpp_answers_exactly() {
    every_case("cpp");
}

#[test]
fn javascript_answers_exactly() {
    every_case("javascript");
}

#[test]
fn python_answers_exactly() {
    every_case("python");
}

fn every_case(language: &str) {
    let place = LANGUAGES.iter().position(|name| *name == language);
    let place = place.expect("it is built in");
    on_each_setup(|server| {
        for case in cases() {
            let stderr = case.stderr.get(place).copied().unwrap_or_default();
            let mut request = case.request.clone();
            request["code"] = json!(case.programs[place]);
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
        "c" | "cpp" => {
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
