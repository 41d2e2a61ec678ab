//! Programs that are talked with, over a WebSocket.

use crate::harness::{Server, check, on_each_setup, setups, text_of};
use serde_json::{Value, json};

/// Asks for a name and greets it, in each language.
fn greeters() -> [(&'static str, &'static str); 2] {
    [
        ("python", "name = input('name? ')\nprint('hello', name)"),
        (
            "cpp",
            "#include <iostream>\n#include <string>\nint main() { std::string name; std::cout << \"name? \"; \
             std::cin >> name; std::cout << \"hello \" << name << '\\n'; }",
        ),
    ]
}

#[test]
fn a_program_asks_for_a_name_and_greets_it() {
    on_each_setup(|server| {
        for (language, code) in greeters() {
            let mut socket = server.socket(language, &json!({ "code": code }));
            let asked = socket.until("waiting_for_input");
            assert_eq!(text_of(&asked, "stdout"), "name? ", "{language}");
            socket.stdin("Ada\n");
            let (events, close) = socket.rest();
            assert_eq!(
                (text_of(&events, "stdout").as_str(), close),
                ("hello Ada\n", 1000)
            );
            check(
                language,
                &events.last().expect("a result").json["result"],
                &json!({"status": "ok", "stdout_bytes": 16}),
            );
        }
    });
}

#[test]
fn it_is_told_once_for_each_time_that_a_program_waits() {
    on_each_setup(|server| {
        let code = "import sys\nfor line in sys.stdin: print(line.strip()[::-1], flush=True)\nprint('end')";
        let mut socket = server.socket("python", &json!({"code": code, "stdin": "abc\ndef\n"}));
        let events = socket.until("waiting_for_input");
        assert_eq!(text_of(&events, "stdout"), "cba\nfed\n");
        socket.stdin("gh");
        let events = socket.until("waiting_for_input");
        assert_eq!(text_of(&events, "stdout"), "");
        socket.stdin("i\n");
        let events = socket.until("waiting_for_input");
        assert_eq!(text_of(&events, "stdout"), "ihg\n");
        socket.say(&json!({"type": "stdin_eof"}));
        let (events, close) = socket.rest();
        assert_eq!(
            (text_of(&events, "stdout").as_str(), close),
            ("end\n", 1000)
        );
        assert!(
            events
                .iter()
                .all(|event| event.name() != "waiting_for_input")
        );
    });
}

#[test]
fn however_a_program_waits_for_its_input_it_is_told() {
    let server = Server::with(setups()[0], &[]);
    let waits = [
        "import os; os.read(0, 1)",
        "import os; fd = os.dup(0); os.close(0); os.read(fd, 1)",
        "import select, sys; select.select([sys.stdin], [], [])",
        "import select; it = select.poll(); it.register(0, select.POLLIN); it.poll()",
        "import select; it = select.epoll(); it.register(0, select.EPOLLIN); it.poll()",
        "import threading; t = threading.Thread(target=input); t.start(); t.join()",
        "import subprocess; subprocess.run(['head', '-c', '1'])",
    ];
    for code in waits {
        let mut socket = server.socket("python", &json!({ "code": code }));
        socket.until("waiting_for_input");
        socket.stdin("x\n");
        let (events, _) = socket.rest();
        let result = &events.last().expect("a result").json["result"];
        check(code, result, &json!({"status": "ok"}));
    }
    let does_something_else = [
        "import time; time.sleep(0.5)",
        "import select, sys; select.select([sys.stdin], [], [], 0.5)",
        "import os; r, w = os.pipe(); import threading; threading.Timer(0.5, lambda: os.write(w, b'x')).start(); os.read(r, 1)",
    ];
    for code in does_something_else {
        let mut socket = server.socket("python", &json!({ "code": code }));
        let (events, _) = socket.rest();
        let told = events
            .iter()
            .any(|event| event.name() == "waiting_for_input");
        assert!(!told, "{code}: {events:#?}");
    }
}

#[test]
fn a_signal_reaches_the_program_and_nothing_else() {
    on_each_setup(|server| {
        // Short sleeps: Python hears of a signal that comes just before a long one only after it.
        let code = "import os, signal, time\nsignal.signal(signal.SIGUSR1, lambda *_: os.write(1, b'usr1\\n'))\n\
                    try:\n    print('ready', flush=True)\n    while True: time.sleep(0.01)\n\
                    except KeyboardInterrupt:\n    print('int')";
        let mut socket = server.socket("python", &json!({ "code": code }));
        socket.until("stdout");
        socket.say(&json!({"type": "signal", "signal": "USR1"}));
        assert_eq!(text_of(&socket.until("stdout"), "stdout"), "usr1\n");
        socket.say(&json!({"type": "signal", "signal": "SIGINT"}));
        let (events, _) = socket.rest();
        assert_eq!(text_of(&events, "stdout"), "int\n");
        let mut socket = server.socket("python", &json!({"code": "import time; time.sleep(20)"}));
        socket.until("started");
        socket.say(&json!({"type": "signal", "signal": "KILL"}));
        let (events, _) = socket.rest();
        check(
            "killed",
            &events.last().expect("a result").json["result"],
            &json!({"status": "runtime_error", "signal": "SIGKILL"}),
        );
    });
}

#[test]
fn a_run_can_be_cancelled() {
    on_each_setup(|server| {
        let request = json!({"code": "print('a', flush=True)\nimport time; time.sleep(20)"});
        let mut socket = server.socket("python", &request);
        socket.until("stdout");
        socket.say(&json!({"type": "cancel"}));
        let (events, close) = socket.rest();
        let result = &events.last().expect("a result").json["result"];
        check(
            "cancelled",
            result,
            &json!({"status": "cancelled", "stdout_bytes": 2}),
        );
        assert_eq!(close, 1000);
    });
}

#[test]
fn much_input_goes_through_as_fast_as_the_program_reads() {
    on_each_setup(|server| {
        let code =
            "import sys, hashlib\nprint(hashlib.sha256(sys.stdin.buffer.read()).hexdigest())";
        let mut socket = server.socket("python", &json!({ "code": code }));
        let piece = "0123456789abcdef".repeat(4096);
        for _ in 0..64 {
            socket.stdin(&piece);
        }
        socket.say(&json!({"type": "stdin_eof"}));
        let (events, close) = socket.rest();
        assert_eq!(close, 1000);
        // sha256sum of 64 times that piece
        let sum = sha256(&piece.repeat(64));
        assert_eq!(text_of(&events, "stdout").trim(), sum);
    });
}

#[test]
fn what_no_program_reads_is_bounded() {
    let server = Server::with(setups()[0], &["--stdin-bytes", "100KiB"]);
    let mut socket = server.socket("python", &json!({"code": "import time; time.sleep(20)"}));
    socket.until("started");
    // The pipe, what is on its way, and what may wait take some; then it is too much.
    let piece: Value = json!({"type": "stdin", "data": "x".repeat(64 << 10)});
    for _ in 0..8 {
        socket.say(&piece);
    }
    let (_, close) = socket.rest();
    assert_eq!(close, 4413);
}

fn sha256(text: &str) -> String {
    use sha2::Digest;
    let sum = sha2::Sha256::digest(text.as_bytes());
    sum.iter().map(|byte| format!("{byte:02x}")).collect()
}
