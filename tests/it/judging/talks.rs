//! Programs that are judged by talking with them.

use crate::harness::{Server, check, on_each_setup, setups};
use serde_json::{Value, json};

/// Thinks of the number in its input and answers guesses.
const THINKS: &str = "import sys\n\
    number = int(open(sys.argv[1]).read())\n\
    for tries in range(20):\n\
    \x20   guess = sys.stdin.readline()\n\
    \x20   if not guess: sys.exit('no guess')\n\
    \x20   if int(guess) == number:\n\
    \x20       print('right', flush=True)\n\
    \x20       print('found after', tries + 1, file=sys.stderr)\n\
    \x20       sys.exit(0)\n\
    \x20   print('higher' if int(guess) < number else 'lower', flush=True)\n\
    print('too many guesses', file=sys.stderr)\n\
    sys.exit(1)";

/// Finds it by halving.
const HALVES: &str = "#include <iostream>\n#include <string>\nint main() { int low = 0, high = 1000000; std::string said;\n\
    while (true) { int guess = (low + high) / 2; std::cout << guess << std::endl; std::cin >> said;\n\
    if (said == \"right\") return 0; if (said == \"higher\") low = guess + 1; else high = guess - 1; } }";

fn talk(server: &Server, language: &str, code: &str, numbers: &[u32]) -> Value {
    let tests: Vec<_> = numbers
        .iter()
        .map(|n| json!({"stdin": n.to_string()}))
        .collect();
    let request = json!({
        "code": code, "tests": tests, "limits": {"wall_ms": 3000},
        "interactor": {"language": "python", "code": THINKS},
    });
    server.execute(language, &request)
}

#[test]
fn a_program_talks_with_its_interactor() {
    on_each_setup(|server| {
        let answer = talk(server, "cpp", HALVES, &[0, 1, 500_000, 777_777, 1_000_000]);
        assert_eq!(answer["verdict"], "accepted", "{answer:#}");
        check(
            "words",
            &answer["tests"][3],
            &json!({"message": {"has": "found after"}}),
        );
    });
}

#[test]
fn an_interactor_says_what_is_wrong() {
    on_each_setup(|server| {
        let one_by_one = "n = 0\nwhile True:\n    print(n, flush=True)\n    if input() == 'right': break\n    n += 1";
        let answer = talk(server, "python", one_by_one, &[5, 1000]);
        assert_eq!(answer["tests"][0]["verdict"], "accepted");
        check(
            "too slow",
            &answer["tests"][1],
            &json!({"verdict": "wrong_answer", "message": {"has": "too many guesses"}}),
        );
    });
}

#[test]
fn a_program_that_fails_by_itself_is_told_so() {
    let server = Server::with(setups()[0], &[]);
    let cases = [
        ("raise SystemExit(5)", "runtime_error"),
        ("import time; time.sleep(30)", "time_limit"),
        ("print(1); import time; time.sleep(30)", "time_limit"),
        ("print(7, flush=True)", "accepted"),
        ("pass", "wrong_answer"),
    ];
    for (code, verdict) in cases {
        let answer = talk(&server, "python", code, &[7]);
        assert_eq!(answer["tests"][0]["verdict"], verdict, "{code}: {answer:#}");
    }
}

#[test]
fn one_runner_is_too_few_for_two_programs() {
    let server = Server::with(setups()[0], &["--min-idle", "1", "--max-runners", "1"]);
    let request = json!({
        "code": "print(7)", "tests": [{"stdin": "7"}],
        "interactor": {"language": "python", "code": THINKS},
    });
    let reply = server.post_json("/execute/python", &request);
    assert_eq!(
        (reply.status, &reply.json()["code"]),
        (501, &json!("one_runner_only"))
    );
    let answer = talk(&server, "cpp", HALVES, &[3]);
    assert_eq!(answer["verdict"], "accepted");
}

#[test]
fn many_talks_at_once_do_not_wait_for_each_other_for_ever() {
    let server = Server::with(
        setups()[0],
        &["--max-runners", "2", "--queue-timeout", "60s"],
    );
    std::thread::scope(|scope| {
        let asking: Vec<_> = (0..6)
            .map(|n| scope.spawn({
                let server = &server;
                move || talk(server, "python", "n = 0\nwhile True:\n    print(n, flush=True)\n    if input() == 'right': break\n    n += 1", &[n, n + 1])
            }))
            .collect();
        for asked in asking {
            let answer = asked.join().expect("an answer");
            assert_eq!(answer["verdict"], "accepted", "{answer:#}");
        }
    });
}
