//! What is said of each test, and of all together.

use crate::harness::{Server, check, on_each_setup, setups};
use serde_json::{Value, json};

const DOUBLES: &str = "for line in open(0): print(int(line) * 2)";

#[test]
fn a_program_is_compiled_once_and_run_for_each_test() {
    on_each_setup(|server| {
        let code = "#include <iostream>\nint main() { long n; while (std::cin >> n) std::cout << n * 2 << '\\n'; }";
        for (language, code) in [("python", DOUBLES), ("cpp", code)] {
            let tests: Vec<_> = (0..20)
                .map(
                    |n| json!({"stdin": format!("{n}\n"), "expected_output": format!("{}", n * 2)}),
                )
                .collect();
            let answer = server.execute(language, &json!({"code": code, "tests": tests}));
            check(
                language,
                &answer,
                &json!({
                    "status": "ok", "verdict": "accepted", "stdout": "",
                    "totals": {"tests": 20, "accepted": 20, "failed": 0, "skipped": 0, "score": 20.0, "max_score": 20.0},
                }),
            );
            let answers = answer["tests"].as_array().expect("a list");
            assert!(
                answers
                    .iter()
                    .enumerate()
                    .all(|(at, test)| test["index"] == at)
            );
        }
    });
}

#[test]
fn each_way_to_fail_has_its_verdict() {
    on_each_setup(|server| {
        let code = "import os, sys, time\n\
                    what = input()\n\
                    if what == 'wrong': print('no')\n\
                    elif what == 'crash': sys.exit(3)\n\
                    elif what == 'signal': os.abort()\n\
                    elif what == 'loop':\n    while True: pass\n\
                    elif what == 'sleep': time.sleep(30)\n\
                    elif what == 'memory': x = b'x' * (1 << 30)\n\
                    elif what == 'flood':\n    while True: print('x' * 1000)\n\
                    else: print('yes')";
        let verdicts = [
            ("right", "accepted", Value::Null),
            ("wrong", "wrong_answer", Value::Null),
            ("crash", "runtime_error", Value::Null),
            ("signal", "runtime_error", Value::Null),
            ("loop", "time_limit", json!("cpu_ms")),
            ("sleep", "time_limit", json!("wall_ms")),
            ("memory", "memory_limit", json!("memory_bytes")),
            ("flood", "output_limit", json!("output_bytes")),
        ];
        let tests: Vec<_> = (verdicts.iter())
            .map(|(what, ..)| json!({"name": what, "stdin": what, "expected_output": "yes"}))
            .collect();
        let answer = server.execute(
            "python",
            &json!({
                "code": code, "tests": tests,
                "limits": {"cpu_ms": 500, "wall_ms": 6000, "memory_bytes": 100 << 20, "output_bytes": 10_000},
            }),
        );
        for (test, (what, verdict, limit)) in answer["tests"]
            .as_array()
            .expect("a list")
            .iter()
            .zip(verdicts)
        {
            check(
                what,
                test,
                &json!({"name": what, "verdict": verdict, "limit": limit}),
            );
        }
        assert_eq!(
            answer["verdict"], "wrong_answer",
            "that of the first that failed"
        );
        let difference = json!({"line": 1, "column": 0, "got": "no", "expected": "yes"});
        assert_eq!(answer["tests"][1]["difference"], difference);
        assert_eq!(answer["tests"][1]["stdout"], "no\n");
        check(
            "a crash",
            &answer["tests"][2],
            &json!({"exit_code": 3, "status": "runtime_error"}),
        );
        check(
            "a signal",
            &answer["tests"][3],
            &json!({"signal": "SIGABRT"}),
        );
    });
}

#[test]
fn the_first_failure_can_be_the_last_test() {
    let server = Server::with(setups()[0], &[]);
    let test = |stdin: &str, expected: &str, weight: f64| json!({"stdin": stdin, "expected_output": expected, "weight": weight});
    let tests = [
        test("1", "2", 1.5),
        test("2", "5", 2.0),
        test("3", "6", 4.0),
    ];
    let mut request = json!({"code": DOUBLES, "tests": tests, "stop_on_first_failure": true});
    let answer = server.execute("python", &request);
    let verdicts = |answer: &Value| -> Vec<String> {
        let tests = answer["tests"].as_array().expect("a list").iter();
        tests
            .map(|test| test["verdict"].as_str().expect("a word").to_owned())
            .collect()
    };
    assert_eq!(verdicts(&answer), ["accepted", "wrong_answer", "skipped"]);
    check(
        "stopped",
        &answer["totals"],
        &json!({"score": 1.5, "max_score": 7.5, "skipped": 1}),
    );
    request["stop_on_first_failure"] = json!(false);
    let answer = server.execute("python", &request);
    assert_eq!(verdicts(&answer), ["accepted", "wrong_answer", "accepted"]);
    check(
        "all",
        &answer["totals"],
        &json!({"score": 5.5, "failed": 1}),
    );
}

#[test]
fn a_test_has_its_own_arguments_files_and_limits() {
    let server = Server::with(setups()[0], &[]);
    let code = "import sys, time\nif 'slow' in sys.argv: time.sleep(0.6)\nprint(sys.argv[1:], open('data').read())";
    let file = |text: &str| json!([{"name": "data", "content": text}]);
    let request = json!({
        "code": code, "args": ["usual"], "limits": {"wall_ms": 400},
        "tests": [
            {"expected_output": "['usual'] a", "files": file("a")},
            {"expected_output": "['own'] b", "files": file("b"), "args": ["own"]},
            {"expected_output": "['slow'] c", "files": file("c"), "args": ["slow"]},
            {"expected_output": "['slow'] d", "files": file("d"), "args": ["slow"], "limits": {"wall_ms": 5000}},
        ],
    });
    let answer = server.execute("python", &request);
    let verdicts: Vec<_> = (0..4)
        .map(|at| answer["tests"][at]["verdict"].clone())
        .collect();
    assert_eq!(verdicts, ["accepted", "accepted", "time_limit", "accepted"]);
}

#[test]
fn what_does_not_compile_is_not_tested() {
    let server = Server::with(setups()[0], &[]);
    let tests = json!([{"expected_output": "1"}]);
    let answer = server.execute("cpp", &json!({"code": "int main() {", "tests": tests}));
    check(
        "not compiled",
        &answer,
        &json!({"status": "compile_error", "verdict": "compile_error"}),
    );
    assert_eq!(answer["tests"], json!([]));
}

#[test]
fn tests_are_told_of_as_they_finish() {
    let server = Server::with(setups()[0], &[]);
    let code = "import time\nn = float(input())\ntime.sleep(n)\nprint('done')";
    let tests = [0.0, 0.4, 0.8].map(|n| json!({"stdin": n.to_string(), "expected_output": "done"}));
    let request = json!({"code": code, "tests": tests, "stop_on_first_failure": true});
    let events = server.events("python", &request).rest();
    let told: Vec<_> = events
        .iter()
        .filter(|event| event.name() == "test")
        .collect();
    let indexes: Vec<_> = told
        .iter()
        .map(|event| event.json["test"]["index"].clone())
        .collect();
    assert_eq!(indexes, [0, 1, 2]);
    let apart = told[2].at - told[0].at;
    assert!(apart.as_millis() > 900, "{apart:?}");
    let result = &events.last().expect("a result").json["result"];
    assert_eq!(result["verdict"], "accepted");
    // What each test writes is in the answer, and not in the stream.
    assert!(events.iter().all(|event| event.name() != "stdout"));
}

#[test]
fn many_tests_are_few_requests() {
    on_each_setup(|server| {
        let tests: Vec<_> = (0..300)
            .map(|n| json!({"stdin": n.to_string(), "expected_output": (n * 2).to_string()}))
            .collect();
        let answer = server.execute("python", &json!({"code": DOUBLES, "tests": tests}));
        check("many", &answer["totals"], &json!({"accepted": 300}));
    });
}
