//! The wall clock steps, and nothing that is timed goes by it.

use crate::clock::Clock;
use crate::harness::{Options, Server, Setup, wait_for};
use serde_json::json;
use std::time::{Duration, Instant};

const HOUR: i64 = 3600;

#[test]
fn steps_of_the_wall_clock_change_no_answer_and_no_deadline() {
    let clock = Clock::make().expect("a clock");
    let pool = ["--min-idle", "2", "--max-runners", "2", "--heartbeat", "1s"];
    let mut options = Options::new(Setup::Own, &pool);
    options.env = clock
        .variables()
        .map(|(name, path)| (name.into(), path.display().to_string()))
        .to_vec();
    let server = Server::start(&options);
    server.wait_until_full("python", 2);
    let created = server.pool("python")["created_total"].clone();
    let logged = |server: &Server| {
        let log = server.log();
        log.lines()
            .last()
            .map(|line| line.chars().take(13).collect::<String>())
    };
    let before = logged(&server);
    for seconds in [HOUR, -HOUR, 30 * 24 * HOUR, 1, -24 * HOUR, 0] {
        // While a program waits for its limit, and while others come and go.
        let slow = std::thread::scope(|scope| {
            let slow = scope.spawn(|| {
                let limits = json!({"wall_ms": 1500});
                let code = "import time\ntime.sleep(60)";
                let start = Instant::now();
                let answer = server.execute("python", &json!({"code": code, "limits": limits}));
                (answer, start.elapsed())
            });
            std::thread::sleep(Duration::from_millis(300));
            clock.step(seconds).expect("it can be stepped");
            for number in 0..5 {
                let answer = server.execute("python", &json!({"code": format!("print({number})")}));
                assert_eq!(answer["stdout"], format!("{number}\n"), "{answer}");
                assert!(
                    answer["timings"]["total_ms"]
                        .as_f64()
                        .is_some_and(|ms| (0.0..60_000.0).contains(&ms)),
                    "{answer}"
                );
            }
            slow.join().expect("an answer")
        });
        let (answer, took) = slow;
        assert_eq!(
            (&answer["status"], &answer["limit"]),
            (&json!("time_limit"), &json!("wall_ms")),
            "{answer}"
        );
        assert!(
            took >= Duration::from_millis(1500) && took < Duration::from_secs(20),
            "{took:?}"
        );
        if seconds == HOUR {
            // It is stepped indeed.
            wait_for(Duration::from_secs(10), "the log goes by it", || {
                (logged(&server) != before).then_some(())
            });
        }
    }
    // Nobody was too old, or idle for too long.
    let pool = server.pool("python");
    assert_eq!(pool["created_total"], created, "{pool}");
    assert_eq!(server.get("/health").json()["status"], "ok");
}
