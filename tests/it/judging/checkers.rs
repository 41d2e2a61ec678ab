//! Who says whether an output is right.

use crate::harness::{Server, check, on_each_setup, setups};
use serde_json::{Value, json};

fn verdict(server: &Server, printed: &str, expected: &str, checker: &Value) -> Value {
    let request = json!({
        "code": format!("print({printed:?}, end='')"),
        "tests": [{"expected_output": expected, "checker": checker}],
    });
    server.execute("python", &request)["tests"][0].take()
}

#[test]
fn each_checker_can_be_named() {
    let server = Server::with(setups()[0], &[]);
    let cases = [
        ("a \n", "a\n", json!("lines"), "accepted"),
        ("a \n", "a\n", json!("exact"), "wrong_answer"),
        ("a\nb", "a b", json!("tokens"), "accepted"),
        ("0.1", "0.1000001", json!("float"), "accepted"),
        (
            "0.1",
            "0.2",
            json!({"type": "float", "abs": 0.5}),
            "accepted",
        ),
        (
            "0.1",
            "0.2",
            json!({"type": "float", "rel": 0.1}),
            "wrong_answer",
        ),
        ("b\na\n", "a\nb\n", json!("unordered_lines"), "accepted"),
        (
            "b\nb\n",
            "a\nb\n",
            json!({"type": "unordered_lines"}),
            "wrong_answer",
        ),
    ];
    for (printed, expected, checker, said) in cases {
        let test = verdict(&server, printed, expected, &checker);
        assert_eq!(test["verdict"], said, "{printed:?} {checker}: {test}");
    }
}

/// Says that any multiple of what was expected is right, as testlib would.
const MULTIPLE: &str = "import sys\n\
    _, output, answer = [open(name).read().split() for name in sys.argv[1:]]\n\
    if not output: sys.exit('nothing was written')\n\
    right = int(output[0]) % int(answer[0]) == 0\n\
    print('a multiple' if right else 'not a multiple', file=sys.stderr)\n\
    sys.exit(0 if right else 1)";

#[test]
fn a_program_can_be_the_checker() {
    on_each_setup(|server| {
        let custom = json!({"type": "custom", "language": "python", "code": MULTIPLE});
        let tests = [
            ("8", "accepted", "a multiple"),
            ("9", "wrong_answer", "not a multiple"),
        ];
        let request = json!({
            "code": "#include <iostream>\nint main() { int n; std::cin >> n; std::cout << n; }",
            "checker": custom,
            "tests": tests.map(|(stdin, ..)| json!({"stdin": stdin, "expected_output": "4"})),
        });
        let answer = server.execute("cpp", &request);
        for (at, (_, said, message)) in tests.iter().enumerate() {
            let expected = json!({"verdict": said, "message": {"has": message}});
            check(message, &answer["tests"][at], &expected);
        }
    });
}

#[test]
fn a_compiled_checker_finds_the_three_files_and_no_others() {
    let server = Server::with(setups()[0], &[]);
    let code = "#include <fstream>\n#include <iostream>\n#include <string>\nint main(int c, char **v) {\n\
                std::string text; for (int i = 1; i < c; i++) { std::ifstream in(v[i]); std::string w; in >> w; text += w + ','; }\n\
                std::cerr << c << ' ' << text; return text == \"in,out,answer,\" ? 0 : 1; }";
    let request = json!({
        "code": "input(); print('out')",
        "tests": [{"stdin": "in", "expected_output": "answer",
                   "checker": {"type": "custom", "language": "cpp", "code": code}}],
    });
    let answer = server.execute("python", &request);
    check(
        "compiled",
        &answer["tests"][0],
        &json!({"verdict": "accepted", "message": "4 in,out,answer,"}),
    );
}

#[test]
fn a_checker_that_fails_says_nothing_of_the_program() {
    let server = Server::with(setups()[0], &[]);
    for code in [
        "raise SystemExit(3)",
        "import os; os.abort()",
        "while True: pass",
    ] {
        let checker = json!({"type": "custom", "language": "python", "code": code});
        let test = verdict(&server, "x", "x", &checker);
        assert_eq!(test["verdict"], "internal_error", "{code}: {test}");
        assert_eq!(test["status"], "ok");
    }
}

#[test]
fn a_checker_is_walled_in_like_any_program() {
    let server = Server::with(setups()[0], &[]);
    let code = "import socket, sys\ntry:\n    socket.create_connection(('1.1.1.1', 80), 1)\n\
                except OSError as error:\n    print(error, file=sys.stderr)\n    sys.exit(0)\nsys.exit(1)";
    let checker = json!({"type": "custom", "language": "python", "code": code});
    assert_eq!(verdict(&server, "x", "x", &checker)["verdict"], "accepted");
}

#[test]
fn bytes_that_are_no_text_are_compared_too() {
    let server = Server::with(setups()[0], &[]);
    let code = "import sys; sys.stdout.buffer.write(b'\\xff\\n' if input() == 'a' else '\\ufffd\\n'.encode())";
    let request = json!({"code": code, "tests": [
        {"stdin": "a", "expected_output": "\u{FFFD}\n"},
        {"stdin": "b", "expected_output": "\u{FFFD}\n"},
    ]});
    let answer = server.execute("python", &request);
    assert_eq!(answer["tests"][0]["verdict"], "wrong_answer");
    assert_eq!(answer["tests"][1]["verdict"], "accepted");
}
