//! What is said of a program is true: one line of `verdicts.jsonl` for each way to end, to run into
//! a limit and to use the machine; and what it used, beside the kernel's own account of it.

use crate::harness::{Server, mismatch, on_each_setup, setups};
use serde::Deserialize;
use serde_json::{Value, json};
use std::path::Path;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    what: String,
    language: String,
    code: String,
    #[serde(default = "no_fields")]
    request: Value,
    expect: Value,
}

fn no_fields() -> Value {
    json!({})
}

#[test]
fn every_verdict_is_true() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/verdicts.jsonl");
    let text = std::fs::read_to_string(path).expect("the verdicts are there");
    let lines: Vec<Line> = (text.lines())
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    assert!(lines.len() > 80, "{}", lines.len());
    let mut wrong = Vec::new();
    for setup in setups() {
        let server = Server::shared(setup);
        for line in &lines {
            let mut request = line.request.clone();
            request["code"] = json!(line.code);
            let answer = server.execute(&line.language, &request);
            if let Some(difference) = mismatch(&answer, &line.expect) {
                wrong.push(format!(
                    "{} ({}, {setup:?}): {difference}\nin {answer:.1500}",
                    line.what, line.language
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// How far the answer may be from what the program itself was told by the kernel.
const PART: f64 = 0.05;
/// What a program uses before it asks and after, and what the kernel counts in steps.
const MS: f64 = 4.0;
const BYTES: f64 = (1 << 20) as f64;

/// Prints what `getrusage` says of this process and of the children that it waited for.
const SAY: &str = r#"
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include <thread>
static double now() { timespec t; clock_gettime(CLOCK_MONOTONIC, &t); return t.tv_sec * 1e3 + t.tv_nsec / 1e6; }
static double began = now();
static void busy(double ms) { clock_t end = clock() + ms * CLOCKS_PER_SEC / 1e3; while (clock() < end) {} }
static void asks(double ms) { clock_t end = clock() + ms * CLOCKS_PER_SEC / 1e3; char b[4096]; FILE* z = fopen("/dev/zero", "r"); setvbuf(z, 0, _IONBF, 0); while (clock() < end) for (int i = 0; i < 100; i++) if (!fread(b, 1, 4096, z)) abort(); fclose(z); }
static char* hold(long mib) { char* p = (char*)malloc(mib << 20); memset(p, 1, mib << 20); asm volatile("" : : "r"(p) : "memory"); return p; }
static int say(double memory, int processes, double written) {
    while (wait(0) > 0) {}
    rusage own, children;
    getrusage(RUSAGE_SELF, &own), getrusage(RUSAGE_CHILDREN, &children);
    auto ms = [](timeval a, timeval b) { return (a.tv_sec + b.tv_sec) * 1e3 + (a.tv_usec + b.tv_usec) / 1e3; };
    if (!memory) memory = (own.ru_maxrss > children.ru_maxrss ? own.ru_maxrss : children.ru_maxrss) * 1024.0;
    char text[400];
    int size = snprintf(text, 400, "{\"cpu_user_ms\": %f, \"cpu_system_ms\": %f, \"cpu_ms\": %f, \"peak_memory_bytes\": %f, \"processes_peak\": %d, \"wall_ms\": %f, \"written_bytes\": %f}\n",
        ms(own.ru_utime, children.ru_utime), ms(own.ru_stime, children.ru_stime), ms(own.ru_utime, children.ru_utime) + ms(own.ru_stime, children.ru_stime), memory, processes, now() - began, written);
    return write(1, text, size) == size ? 0 : 9;
}
"#;

#[test]
fn usage_is_what_the_kernel_told_the_program() {
    let mib = 1 << 20;
    let rows = [
        ("busy", "busy(300); return say(0, 1, 0);"),
        ("busy in the kernel", "asks(300); return say(0, 1, 0);"),
        ("asleep", "usleep(300000); return say(0, 1, 0);"),
        (
            "threads",
            "std::thread a(busy, 300), b(busy, 300); a.join(), b.join(); return say(0, 3, 0);",
        ),
        (
            "children",
            "for (int i = 0; i < 3; i++) if (!fork()) { busy(100); usleep(50000); _exit(0); } return say(0, 4, 0);",
        ),
        (
            "a child's child",
            "if (!fork()) { if (!fork()) { busy(200); _exit(0); } wait(0); _exit(0); } return say(0, 3, 0);",
        ),
        ("memory", "free(hold(100)); return say(0, 1, 0);"),
        (
            "memory of children together",
            "for (int i = 0; i < 3; i++) if (!fork()) { hold(40); usleep(300000); _exit(0); } return say(121 << 20, 4, 0);",
        ),
        (
            "writes",
            "char* p = hold(1); FILE* f = fopen(\"/dev/null\", \"w\"); for (int i = 0; i < 9; i++) fwrite(p, 1, 1 << 20, f); fclose(f); return say(0, 1, 9 << 20);",
        ),
        (
            "writes of a child",
            "char* p = hold(1); if (!fork()) { FILE* f = fopen(\"/dev/null\", \"w\"); for (int i = 0; i < 5; i++) fwrite(p, 1, 1 << 20, f); fclose(f); usleep(50000); _exit(0); } return say(0, 2, 5 << 20);",
        ),
    ];
    on_each_setup(|server| {
        for (what, body) in rows {
            let code = format!("{SAY}\nint main() {{ {body} }}\n");
            let limits = json!({"memory_bytes": 256 * mib, "wall_ms": 20_000, "cpu_ms": 20_000});
            let answer = server.execute("cpp", &json!({"code": code, "limits": limits}));
            let told: Value = serde_json::from_str(answer["stdout"].as_str().unwrap_or_default())
                .unwrap_or_else(|error| panic!("{what}: {error} in {answer:#}"));
            let mut wrong = Vec::new();
            for (field, told) in told.as_object().expect("an object") {
                let (told, used) = (told.as_f64(), answer["usage"][field].as_f64());
                let (told, used) = (told.unwrap_or(-1.0), used.unwrap_or(-1.0));
                let room = match field.as_str() {
                    "processes_peak" => 0.0,
                    "peak_memory_bytes" => (PART * told).max(BYTES),
                    // what the program says of itself is written as well
                    "written_bytes" => 400.0,
                    // user and system time are shared out by samples; their sum is exact
                    "cpu_user_ms" | "cpu_system_ms" => (PART * told).max(3.0 * MS),
                    _ => (PART * told).max(MS),
                };
                // A machine that is busy elsewhere may hold a program up when it has read its clock.
                let late = field == "wall_ms" && used > told;
                if (used - told).abs() > room && !late {
                    wrong.push(format!("{field}: {used}, the program was told {told}"));
                }
            }
            assert!(wrong.is_empty(), "{what}: {wrong:#?}\nin {answer:#}");
        }
    });
}
