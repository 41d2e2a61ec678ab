//! Programs on a terminal.

use super::with_each_setup;
use crate::harness::{check, on_each_setup, text_of};
use serde_json::json;

#[test]
fn a_program_finds_itself_on_a_terminal_of_that_size() {
    on_each_setup(|server| {
        let code = "import os, sys\nprint([s.isatty() for s in (sys.stdin, sys.stdout, sys.stderr)])\n\
                    print(os.get_terminal_size())\nprint(os.path.exists('/dev/pts'))";
        let request = json!({"code": code, "terminal": {"rows": 7, "columns": 33}});
        let (events, close) = server.socket("python", &request).rest();
        assert_eq!(
            (text_of(&events, "stdout").as_str(), close),
            (
                "[True, True, True]\r\nos.terminal_size(columns=33, lines=7)\r\nFalse\r\n",
                1000
            )
        );
        // And so does one that nobody follows.
        let answer = server.execute("python", &request);
        check(
            "not followed",
            &answer,
            &json!({"status": "ok", "stdout": {"has": "columns=33"}}),
        );
    });
}

#[test]
fn a_terminal_echoes_interrupts_and_changes_its_size() {
    on_each_setup(|server| {
        let code = "import os, signal\n\
                    signal.signal(signal.SIGWINCH, lambda *_: print(os.get_terminal_size().columns, flush=True))\n\
                    name = input('? ')\nprint('hello', name, flush=True)\n\
                    try:\n    input('! ')\nexcept KeyboardInterrupt:\n    print('interrupted')\n\
                    try:\n    input('. ')\nexcept EOFError:\n    print('end')";
        let request = json!({"code": code, "terminal": {}});
        let mut socket = server.socket("python", &request);
        socket.until("waiting_for_input");
        socket.say(&json!({"type": "resize", "rows": 5, "columns": 44}));
        // A line may come in pieces.
        let mut text = String::new();
        while !text.ends_with('\n') {
            text += &text_of(&socket.until("stdout"), "stdout");
        }
        assert_eq!(text, "44\r\n");
        socket.stdin("Ada\n");
        let text = text_of(&socket.until("waiting_for_input"), "stdout");
        assert_eq!(text, "Ada\r\nhello Ada\r\n! ");
        socket.stdin("\u{3}");
        // It waits still until the signal has come to it.
        let mut text = String::new();
        while !text.ends_with(". ") {
            text += &text_of(&socket.until("waiting_for_input"), "stdout");
        }
        assert_eq!(text, "^Cinterrupted\r\n. ");
        socket.say(&json!({"type": "stdin_eof"}));
        let (events, _) = socket.rest();
        assert!(
            text_of(&events, "stdout").ends_with("end\r\n"),
            "{events:#?}"
        );
        check(
            "the result",
            &events.last().expect("a result").json["result"],
            &json!({"status": "ok", "stderr_bytes": 0}),
        );
    });
}

#[test]
fn two_runs_in_a_row_have_terminals_of_their_own() {
    with_each_setup(&["--min-idle", "1", "--max-runners", "1"], |server| {
        let code = "import os, sys, termios\nmode = termios.tcgetattr(0)\nprint(mode[3] & termios.ECHO != 0)\n\
                    mode[3] &= ~termios.ECHO\ntermios.tcsetattr(0, termios.TCSANOW, mode)\n\
                    os.write(0, b'left behind')\nif os.fork() == 0:\n    import time; time.sleep(60)";
        let request = json!({"code": code, "terminal": {}});
        for _ in 0..2 {
            let answer = server.execute("python", &request);
            check(
                "a terminal",
                &answer,
                &json!({"status": "ok", "stdout": "True\r\nleft behind"}),
            );
        }
        let answer = server.execute(
            "python",
            &json!({"code": "import sys; print(sys.stdin.isatty())"}),
        );
        check("none", &answer, &json!({"stdout": "False\n"}));
    });
}
