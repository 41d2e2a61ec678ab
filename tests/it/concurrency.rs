//! Many requests at once: each is answered with its own result or turned away, and none is lost.

use crate::harness::{Reply, Server, check, setups, usual, wait_for};
use serde_json::json;
use std::time::Duration;

fn ask_all(server: &Server, count: usize, code: impl Fn(usize) -> String + Sync) -> Vec<Reply> {
    std::thread::scope(|scope| {
        let ask = |number: usize| {
            let code = code(number);
            scope.spawn(move || server.post_json("/execute/python", &json!({"code": code})))
        };
        let asking: Vec<_> = (0..count).map(ask).collect();
        asking
            .into_iter()
            .map(|thread| thread.join().expect("an answer"))
            .collect()
    })
}

#[test]
fn a_hundred_requests_on_two_runners() {
    for setup in setups() {
        let server = Server::with(
            setup,
            &[
                "--min-idle",
                "2",
                "--max-runners",
                "2",
                "--queue",
                "64",
                "--queue-timeout",
                "30s",
            ],
        );
        let replies = ask_all(&server, 100, |number| format!("print({number})"));
        let mut answered = 0;
        for (number, reply) in replies.iter().enumerate() {
            match reply.status {
                200 => {
                    answered += 1;
                    check(
                        "an answer",
                        &reply.json(),
                        &json!({"status": "ok", "stdout": format!("{number}\n")}),
                    );
                }
                429 => {
                    check(
                        "turned away",
                        &reply.json(),
                        &json!({"code": "busy", "status": 429}),
                    );
                    let wait: u64 = reply.header("retry-after").parse().expect("seconds");
                    assert!((1..=60).contains(&wait), "{wait}");
                }
                other => panic!("{other}: {}", reply.text),
            }
        }
        assert!(
            answered >= 66,
            "two run and 64 wait, so {answered} are too few"
        );
        let pool = server.pool("python");
        check(
            "the pool",
            &pool,
            &json!({"busy": 0, "waiting": 0, "max": 2, "retired_total": {}}),
        );
        let alive = pool["idle"].as_u64().unwrap_or(99) + pool["recycling"].as_u64().unwrap_or(99);
        assert_eq!(alive, 2, "{pool}");
    }
}

#[test]
fn a_full_queue_and_a_slow_one_are_429() {
    let args = [
        "--min-idle",
        "1",
        "--max-runners",
        "1",
        "--queue",
        "1",
        "--queue-timeout",
        "300ms",
    ];
    let server = Server::with(usual(), &args);
    let replies = ask_all(&server, 4, |_| {
        "import time\ntime.sleep(1)\nprint('x')".to_owned()
    });
    let mut statuses: Vec<_> = replies.iter().map(|reply| reply.status).collect();
    statuses.sort_unstable();
    assert_eq!(statuses, [200, 429, 429, 429]);
    for reply in replies.iter().filter(|reply| reply.status == 429) {
        assert!(!reply.header("retry-after").is_empty(), "{}", reply.text);
    }
    check(
        "later",
        &server.execute("python", &json!({"code": "print(1)"})),
        &json!({"stdout": "1\n"}),
    );
}

#[test]
fn more_runners_are_made_on_demand_up_to_the_maximum() {
    for setup in setups() {
        let server = Server::with(setup, &["--min-idle", "0", "--max-runners", "3"]);
        let replies = ask_all(&server, 9, |number| {
            format!("import time\ntime.sleep(0.2)\nprint({number})")
        });
        for (number, reply) in replies.iter().enumerate() {
            check(
                "made on demand",
                &reply.json(),
                &json!({"stdout": format!("{number}\n")}),
            );
        }
        let pool = server.pool("python");
        let created = pool["created_total"].as_u64().unwrap_or(0);
        assert!((1..=3).contains(&created), "{pool}");
    }
}

#[test]
fn single_use_is_single_use() {
    for setup in setups() {
        let server = Server::with(
            setup,
            &["--min-idle", "1", "--max-runners", "2", "--max-uses", "1"],
        );
        for number in 0..4_u64 {
            let answer = server.execute("python", &json!({"code": format!("print({number})")}));
            check(
                "single use",
                &answer,
                &json!({"stdout": format!("{number}\n")}),
            );
            let created = server.pool("python")["created_total"].as_u64().unwrap_or(0);
            assert!(
                created > number,
                "run {number} had a runner of its own: {created} were made"
            );
        }
    }
}

/// Every run has a runner of its own, so that others are being started all the while.
#[test]
fn nobody_inherits_a_descriptor_while_many_start() {
    let args = ["--min-idle", "2", "--max-runners", "4", "--max-uses", "1"];
    let patient = ["--queue", "64", "--queue-timeout", "60s"];
    for setup in setups() {
        let server = Server::with(setup, &[&args[..], &patient].concat());
        let code =
            "import os\nprint([n for n in range(1024) if os.path.exists(f'/proc/self/fd/{n}')])";
        for reply in ask_all(&server, 50, |_| code.to_owned()) {
            let expected = json!({"status": "ok", "stdout": "[0, 1, 2]\n"});
            check("its own three", &reply.json(), &expected);
        }
    }
}

#[test]
fn runners_go_when_they_are_idle_or_old() {
    let args = [
        "--min-idle",
        "1",
        "--max-runners",
        "3",
        "--idle-timeout",
        "1s",
        "--max-age",
        "12s",
    ];
    let server = Server::with(usual(), &args);
    ask_all(&server, 3, |_| "import time\ntime.sleep(1)".to_owned());
    for why in ["idle", "age"] {
        wait_for(Duration::from_secs(30), why, || {
            let pool = server.pool("python");
            (pool["retired_total"][why].as_u64() >= Some(1)).then_some(())
        });
    }
    server.wait_until_full("python", 1);
    let answer = server.execute("python", &json!({"code": "print(1)"}));
    check("as ever", &answer, &json!({"stdout": "1\n"}));
}
