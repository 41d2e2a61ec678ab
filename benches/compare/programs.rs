//! The programs, and what is done with each on the bare side.

use super::bare::{Job, Words};
use super::goals::Work;
use serde_json::{Value, json};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

pub(crate) const HELLO: &str = "print(1)";
/// Has a runner start what it starts on demand.
pub(crate) const WANTS_ALL: &str = "import numpy\nprint(1)";
pub(crate) const TESTS: u32 = 50;

const NUMPY: &str = "import numpy as np
a = np.arange(40000, dtype=float).reshape(200, 200)
b = a @ a
print(1 if b[1, 1] == 1325399900.0 else b[1, 1])
";
const PLOT: &str = "import matplotlib.pyplot as plt
plt.plot([1, 2, 3, 4], [1, 4, 9, 16])
plt.title('squares')
plt.savefig('plot.png')
plt.close()
print(1)
";
const WORK: &str = "sum = 0\nfor i in range(4_000_000): sum += i\nprint(1)";
const FLOOD: &str = "import os\nwhile True: os.write(1, b'x' * 65536)";

/// As runner-images/cpp/language.toml has them; the distribution's compiler, and not the one that is
/// found before it in our image.
const COMPILE: [&str; 8] = [
    "/usr/bin/g++",
    "-std=gnu++17",
    "-O2",
    "-pipe",
    "-pthread",
    "-o",
    "main",
    "main.cpp",
];

/// One program, for both sides.
pub(crate) struct Program {
    pub(crate) title: &'static str,
    pub(crate) language: &'static str,
    pub(crate) bare: &'static str,
    /// A picture must come back.
    pub(crate) picture: bool,
    source: fn() -> String,
    commands: fn() -> Vec<Words>,
    /// Done once, before anything is measured.
    compiled_ahead: bool,
}

impl Program {
    /// The program of a piece of work that is measured by its latency.
    pub(crate) fn of(work: Work) -> Option<Self> {
        let python = Self {
            title: "numpy",
            language: "python",
            bare: "bare `python3 main.py`",
            picture: false,
            source: || NUMPY.to_owned(),
            commands: || vec![Words::new(&["python3", "main.py"])],
            compiled_ahead: false,
        };
        let cpp = Self {
            title: "C++ `<iostream>`",
            language: "cpp",
            bare: "bare `g++ -O2`, then the program",
            source: || never_seen("#include <iostream>"),
            commands: || vec![Words::new(&COMPILE), Words::new(&["./main"])],
            ..python
        };
        Some(match work {
            Work::PythonHello => Self {
                title: "Python hello",
                bare: "bare `python3 -c 'print(1)'`",
                source: || HELLO.to_owned(),
                commands: || vec![Words::new(&["python3", "-c", HELLO])],
                ..python
            },
            Work::Plot => Self {
                title: "matplotlib plot",
                picture: true,
                source: || PLOT.to_owned(),
                ..python
            },
            Work::Numpy => python,
            Work::CppIostream => cpp,
            Work::CppBits => Self {
                title: "C++ `<bits/stdc++.h>`",
                source: || never_seen("#include <bits/stdc++.h>"),
                ..cpp
            },
            Work::CppSeen => Self {
                title: "C++ seen before",
                bare: "bare run of the binary",
                commands: || vec![Words::new(&["./main"])],
                compiled_ahead: true,
                ..cpp
            },
            _ => return None,
        })
    }

    /// Its text: another one each time, where it must never have been seen before.
    pub(crate) fn source(&self) -> String {
        (self.source)()
    }

    /// What makes it ready on the bare side, before anything is measured.
    pub(crate) fn preparation(&self, source: &str) -> Option<Job> {
        self.compiled_ahead.then(|| Job {
            files: vec![("main.cpp".to_owned(), source.to_owned())],
            commands: vec![Words::new(&COMPILE)],
            read: None,
        })
    }

    /// What is measured on the bare side.
    pub(crate) fn job(&self, source: &str) -> Job {
        let file = match self.language {
            "python" => "main.py",
            _ => "main.cpp",
        };
        let files = match self.compiled_ahead {
            true => Vec::new(),
            false => vec![(file.to_owned(), source.to_owned())],
        };
        Job {
            files,
            commands: (self.commands)(),
            read: self.picture.then(|| "plot.png".to_owned()),
        }
    }

    /// The command that a crowd repeats.
    pub(crate) fn command(&self) -> Option<Words> {
        (self.commands)().pop()
    }
}

/// A program of which only one version was ever written.
pub(crate) fn never_seen(include: &str) -> String {
    format!(
        "// {}\n{include}\nint main() {{ std::cout << 1 << \"\\n\"; }}\n",
        unique()
    )
}

/// A new program that reads a number and prints the next.
pub(crate) fn tested() -> String {
    format!(
        "// {}\n#include <iostream>\nint main() {{ int n; std::cin >> n; std::cout << n + 1 << \"\\n\"; }}\n",
        unique()
    )
}

/// A program with all of its tests.
pub(crate) fn judged(source: &str) -> Value {
    let tests = (0..TESTS).map(
        |test| json!({"stdin": format!("{test}\n"), "expected_output": format!("{}\n", test + 1)}),
    );
    json!({"code": source, "tests": tests.collect::<Vec<_>>()})
}

/// The bare side of a new program and its tests.
pub(crate) fn tested_bare(source: &str) -> Job {
    let mut commands = vec![Words::new(&COMPILE)];
    commands.extend((0..TESTS).map(|test| Words::with_stdin(&["./main"], &format!("{test}\n"))));
    Job {
        files: vec![("main.cpp".to_owned(), source.to_owned())],
        commands,
        read: None,
    }
}

/// A new program whose binary is a megabyte larger than others.
pub(crate) fn large() -> String {
    format!(
        "// {}\n#include <cstdio>\nextern const char ballast[1 << 20];\nconst char ballast[1 << 20] = {{1}};\n\
         int main() {{ std::printf(\"%d\\n\", ballast[0]); }}\n",
        unique()
    )
}

/// Works for some time.
pub(crate) fn busy() -> Value {
    json!({ "code": WORK })
}

/// Tells, some time after its start, when it told it.
pub(crate) fn tells_the_time() -> Value {
    json!({"code": "import time\ntime.sleep(0.02)\nprint(time.time_ns(), flush=True)\ntime.sleep(0.02)"})
}

/// Writes without end what nobody keeps.
pub(crate) fn flood() -> Value {
    json!({"code": FLOOD, "limits": {"wall_ms": 2000, "cpu_ms": 30_000}})
}

fn unique() -> u128 {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    now.unwrap_or(Duration::ZERO).as_nanos()
}
