//! The programs of the soak, by number: mostly a hello, and now and then everything that ends a
//! run in another way.

use super::server::Server;
use serde_json::{Value, json};

const FORKS: &str = "
import os, time
for _ in range(8):
    if os.fork() == 0:
        os.setsid()
        time.sleep(60)
";
const FIFTY_TIMES: u32 = 50;

/// Executes program `number`, and looks at its answer.
pub(crate) fn run(server: &Server, number: u32) -> anyhow::Result<()> {
    let (request, status, stdout) = match number % FIFTY_TIMES {
        49 => {
            return server
                .ask_and_go_away("python", &json!({"code": "import time\ntime.sleep(5)"}));
        }
        kind => program(kind, number),
    };
    let answer = server.execute("python", &request)?;
    let as_expected =
        answer["status"] == status && stdout.is_none_or(|text| answer["stdout"] == text.as_str());
    if !as_expected {
        let text: String = answer.to_string().chars().take(2000).collect();
        anyhow::bail!(
            "a program of kind {} was answered with {text}",
            number % FIFTY_TIMES
        );
    }
    Ok(())
}

/// A request, the status of its answer, and what it prints where that is always the same.
fn program(kind: u32, number: u32) -> (Value, &'static str, Option<String>) {
    let said = Some(format!("{number}\n"));
    let print = format!("print({number})\n");
    match kind {
        7 => {
            let code = format!("{print}raise SystemExit(3)");
            (json!({"code": code}), "runtime_error", said)
        }
        13 => {
            let code = "import sys\nprint(len(sys.stdin.read()))";
            let request = json!({"code": code, "stdin": "x".repeat(1_000_000)});
            (request, "ok", Some("1000000\n".to_owned()))
        }
        // More than is kept.
        19 => (json!({"code": "print('x' * 3_000_000)"}), "ok", None),
        25 => {
            let limits = json!({"wall_ms": 200});
            let request = json!({"code": "import time\ntime.sleep(10)", "limits": limits});
            (request, "time_limit", None)
        }
        31 => {
            let limits = json!({"memory_bytes": 64 << 20});
            let request = json!({"code": "x = b'x' * (400 << 20)", "limits": limits});
            (request, "memory_limit", None)
        }
        // Processes that nobody waits for.
        37 => (json!({"code": format!("{FORKS}{print}")}), "ok", said),
        43 => {
            let code = format!("open('/tmp/left', 'w').write('x' * 1_000_000)\n{print}");
            (json!({"code": code}), "ok", said)
        }
        _ => (json!({"code": print}), "ok", said),
    }
}
