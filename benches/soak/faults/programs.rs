//! Programs whose right answer is known before they are sent. Each has a number of its own in it,
//! so that another's answer is seen.

use serde_json::{Value, json};

/// Ample: what is to end well must not meet a limit because the machine is busy or a process of
/// ours was stopped for some seconds.
const AMPLE_MS: u64 = 30_000;
const KINDS: u64 = 20;
/// Of a program that is followed.
const LINES: u64 = 12;

/// A request, and what must come of it.
pub(super) struct Program {
    pub(super) language: &'static str,
    pub(super) body: String,
    status: &'static str,
    stdout: Said,
    /// A field of the answer and its value.
    also: Option<(&'static str, Value)>,
    /// What the compiler has to name.
    compiler_names: Option<String>,
}

enum Said {
    Exactly(String),
    /// This, or less of it: a limit may have come first.
    AtMost(String),
}

impl Program {
    fn new(language: &'static str, code: String, status: &'static str, stdout: String) -> Self {
        let limits = json!({"wall_ms": AMPLE_MS, "cpu_ms": AMPLE_MS, "compile_wall_ms": 60_000});
        Self {
            language,
            body: json!({"code": code, "limits": limits}).to_string(),
            status,
            stdout: Said::Exactly(stdout),
            also: None,
            compiler_names: None,
        }
    }

    /// With another field of the request.
    fn with(mut self, field: &str, value: Value) -> Self {
        let mut body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body[field] = value;
        self.body = body.to_string();
        self
    }

    fn and(mut self, field: &'static str, value: Value) -> Self {
        self.also = Some((field, value));
        self
    }

    fn or_less(mut self) -> Self {
        if let Said::Exactly(text) = self.stdout {
            self.stdout = Said::AtMost(text);
        }
        self
    }

    /// The same as one of `POST /jobs`.
    pub(super) fn job(&self) -> String {
        let mut body: Value = serde_json::from_str(&self.body).unwrap_or_default();
        body["language"] = self.language.into();
        body.to_string()
    }

    /// The verdict, where it is the right one with the right output; else what is wrong.
    pub(super) fn check(&self, answer: &str) -> Result<&'static str, String> {
        let answer: Value =
            serde_json::from_str(answer).map_err(|error| format!("no JSON: {error}"))?;
        let printed = answer["stdout"].as_str().unwrap_or("?");
        let said = match &self.stdout {
            Said::Exactly(text) => printed == text,
            Said::AtMost(text) => text.starts_with(printed),
        };
        let also = (self.also.as_ref()).is_none_or(|(field, value)| answer[*field] == *value);
        let compiler = answer["compile"]["stderr"].as_str().unwrap_or_default();
        let named = (self.compiler_names.as_ref()).is_none_or(|name| compiler.contains(name));
        let language = answer["language"] == self.language;
        match answer["status"] == self.status && said && also && named && language {
            true => Ok(self.status),
            false => Err(format!("{} was to come of it", self.status)),
        }
    }
}

/// A short one that ends well.
pub(super) fn probe(language: &'static str, number: u64) -> Program {
    match language {
        "cpp" => doubled(number),
        _ => python(0, number),
    }
}

/// One that is judged by three tests, of which every other number's fails the last.
pub(super) fn judged(number: u64) -> Program {
    let (code, wrong) = (format!("print(int(input()) + {number})"), number % 2);
    let test = |n: u64, off: u64| json!({"stdin": n.to_string(), "expected_output": (n + number + off).to_string()});
    let verdict = ["accepted", "wrong_answer"][wrong as usize];
    Program::new("python", code, "ok", String::new())
        .with("tests", json!([test(1, 0), test(2, 0), test(3, wrong)]))
        .and("verdict", json!(verdict))
}

/// One that says its number again and again, with pauses.
pub(super) fn told(number: u64) -> Program {
    let code = format!(
        "import time\nfor n in range({LINES}):\n    print(n, {number}, flush=True)\n    time.sleep(0.04)"
    );
    let said: Vec<_> = (0..LINES).map(|n| format!("{n} {number}\n")).collect();
    Program::new("python", code, "ok", said.concat())
}

/// The program of this number; `dice` chooses its kind.
pub(super) fn program(dice: u64, number: u64) -> Program {
    match dice % KINDS {
        kind @ 0..12 => python(kind, number),
        kind => cpp(kind - 12, number),
    }
}

fn python(kind: u64, number: u64) -> Program {
    let said = format!("{number}\n");
    let program =
        |code: String, status, stdout: &str| Program::new("python", code, status, stdout.into());
    match kind {
        1 => program(
            format!("print({number})\nraise SystemExit(3)"),
            "runtime_error",
            &said,
        )
        .and("exit_code", json!(3)),
        2 => {
            let code = format!("import sys\nprint({number}, len(sys.stdin.read()))");
            program(code, "ok", &format!("{number} 200000\n"))
                .with("stdin", json!("x".repeat(200_000)))
        }
        3 => program(
            format!("print({number}, flush=True)\nimport time\ntime.sleep(60)"),
            "time_limit",
            &said,
        )
        .with("limits", json!({"wall_ms": 300}))
        .or_less(),
        4 => program(
            format!("n = {number}\nwhile True: n += 1"),
            "time_limit",
            "",
        )
        .with("limits", json!({"cpu_ms": 200, "wall_ms": AMPLE_MS})),
        5 => program(
            format!("x = b'x' * (400 << 20)\nprint({number})"),
            "memory_limit",
            &said,
        )
        .with(
            "limits",
            json!({"memory_bytes": 64 << 20, "wall_ms": AMPLE_MS}),
        )
        .or_less(),
        6 => program(
            format!(
                "import os, time\nfor _ in range(4):\n    if os.fork() == 0:\n        os.setsid()\n        time.sleep(60)\nprint({number})"
            ),
            "ok",
            &said,
        ),
        7 => program(
            format!("open('/tmp/left', 'w').write('x' * 1_000_000)\nprint({number})"),
            "ok",
            &said,
        ),
        8 => program(
            format!("print('{number:020}' * 5000)"),
            "ok",
            &(format!("{number:020}").repeat(5000) + "\n"),
        ),
        9 => program(format!("print({number}"), "runtime_error", "").and("exit_code", json!(1)),
        10 => program(
            format!(
                "import time\ntime.sleep({} / 1000)\nprint({number})",
                number % 20 * 50 + 200
            ),
            "ok",
            &said,
        )
        .with("limits", json!({"wall_ms": AMPLE_MS})),
        _ => {
            let code = format!("print(sum(range(1000)) + {number} * 7)");
            let sum = 499_500 + number * 7;
            program(code, "ok", &format!("{sum}\n"))
        }
    }
}

fn cpp(kind: u64, number: u64) -> Program {
    let program = |code: String, status, stdout: String| Program::new("cpp", code, status, stdout);
    let new = |rest: &str| {
        format!(
            "#include <cstdio>\n#include <cstdlib>\nint main() {{ unsigned long long n = {number}; {rest} }}\n"
        )
    };
    match kind {
        // Compiled for the first time.
        0 | 1 => program(
            new("std::printf(\"%llu\\n\", n * 3 + 1);"),
            "ok",
            format!("{}\n", number * 3 + 1),
        ),
        2 => {
            let name = format!("undeclared_{number}");
            let mut wrong = program(
                new(&format!("return {name};")),
                "compile_error",
                String::new(),
            );
            wrong.compiler_names = Some(name);
            wrong
        }
        3 => {
            let code = number % 100 + 1;
            program(
                new("std::exit(n % 100 + 1);"),
                "runtime_error",
                String::new(),
            )
            .and("exit_code", json!(code))
        }
        // The limits of one that must be compiled first: the compiler has its own.
        4 => program(new("for (;;) n += 1;"), "time_limit", String::new())
            .with("limits", json!({"wall_ms": 300, "compile_wall_ms": 60_000})),
        5 => program(new("std::abort();"), "runtime_error", String::new())
            .and("signal", json!("SIGABRT")),
        _ => doubled(number),
    }
}

/// Always the same source, so that it is compiled once; the number comes by standard input.
fn doubled(number: u64) -> Program {
    let code = "#include <iostream>\nint main() { unsigned long long n; std::cin >> n; std::cout << n * 2 << '\\n'; }\n";
    Program::new("cpp", code.to_owned(), "ok", format!("{}\n", number * 2))
        .with("stdin", json!(number.to_string()))
}
