//! Clients that read slowly, or not at all: the program waits, and the server does not grow.

use super::with_each_setup;
use crate::harness::{check, text_of};
use serde_json::{Value, json};
use std::time::Duration;

#[test]
fn a_slow_reader_slows_the_program_and_does_not_grow_the_server() {
    with_each_setup(&[], |server| {
        // It writes as much as it may, and says how far it is where that can be seen.
        let code = "import sys, time\nline = 'x' * 1023 + '\\n'\nfor n in range(15 * 1024):\n    sys.stdout.write(line)\n\
                    sys.stdout.flush()\nprint('all', file=sys.stderr)";
        let request =
            json!({"code": code, "limits": {"output_bytes": 16 << 20, "wall_ms": 30_000}});
        let before = resident_kib(server);
        let mut socket = server.socket("python", &request);
        socket.until("stdout");
        // Without a reader the program stands still: it has not come to its end long after it could.
        std::thread::sleep(Duration::from_secs(2));
        assert_eq!(server.pool("python")["busy"], 1, "it waits");
        let grown = resident_kib(server).saturating_sub(before);
        // The kernel's buffers hold some megabytes too; 15 MiB would all be in the feed otherwise.
        assert!(grown < 12 << 10, "{grown} KiB more");
        let (events, close) = socket.rest();
        assert_eq!(close, 1000);
        assert_eq!(text_of(&events, "stderr"), "all\n");
        let result = &events.last().expect("a result").json["result"];
        check(
            "the result",
            result,
            &json!({"status": "ok", "truncated": false, "stdout_bytes": 15 << 20}),
        );
    });
}

#[test]
fn a_reader_who_never_reads_ends_at_the_wall_limit() {
    with_each_setup(&[], |server| {
        let request = json!({
            "code": "import sys\nwhile True: sys.stdout.write('x' * 1023 + '\\n')",
            "limits": {"output_bytes": 16 << 20, "wall_ms": 1500},
        });
        let mut socket = server.socket("python", &request);
        socket.until("stdout");
        std::thread::sleep(Duration::from_secs(3));
        assert_eq!(server.pool("python")["busy"], 0, "it was ended");
        let (events, _) = socket.rest();
        let result = &events.last().expect("a result").json["result"];
        check(
            "the result",
            result,
            &json!({"status": "time_limit", "limit": "wall_ms"}),
        );
        check(
            "the next",
            &server.execute("python", &json!({"code": "print(1)"})),
            &json!({"status": "ok"}),
        );
        let lost = server.pool("python")["retired_total"].clone();
        assert!(lost["lost"] == Value::Null || lost["lost"] == 0, "{lost}");
    });
}

fn resident_kib(server: &crate::harness::Server) -> u64 {
    let memory = server.get("/metrics/memory").json();
    memory["server"]["resident_bytes"]
        .as_u64()
        .expect("a number")
        >> 10
}
