//! Times that are fair.

use crate::harness::{Server, setups};
use serde_json::json;

#[test]
fn a_judged_program_has_one_core() {
    let server = Server::with(setups()[0], &[]);
    let request = json!({
        "code": "import os\nprint(len(os.sched_getaffinity(0)))",
        "tests": [{"expected_output": "1"}, {"expected_output": "1"}],
    });
    let answer = server.execute("python", &request);
    assert_eq!(answer["verdict"], "accepted", "{answer:#}");
    let alone = server.execute("python", &json!({"code": request["code"]}));
    let cores = std::thread::available_parallelism()
        .expect("a number")
        .get();
    assert_eq!(alone["stdout"], format!("{cores}\n"));
}

#[test]
fn whether_the_machine_was_disturbed_is_told() {
    let server = Server::with(setups()[0], &[]);
    let request = json!({
        "code": "import time\nend = time.process_time() + 0.5\nwhile time.process_time() < end: pass",
        "tests": [{"expected_output": ""}],
    });
    // Two busy loops on every core, so that each core has something else to do half of the time.
    let busy = std::sync::atomic::AtomicBool::new(true);
    let cores = std::thread::available_parallelism()
        .expect("a number")
        .get();
    let disturbed = std::thread::scope(|scope| {
        for _ in 0..2 * cores {
            scope.spawn(|| {
                while busy.load(std::sync::atomic::Ordering::Relaxed) {
                    std::hint::spin_loop();
                }
            });
        }
        let answer = server.execute("python", &request);
        busy.store(false, std::sync::atomic::Ordering::Relaxed);
        answer
    });
    let test = &disturbed["tests"][0];
    assert_eq!(test["disturbed"], true, "{test:#}");
    assert!(test["delay_ms"].as_f64().expect("a number") > 5.0);
    let cpu = test["usage"]["cpu_ms"].as_f64().expect("a number");
    assert!(
        (450.0..800.0).contains(&cpu),
        "only its own time counts: {cpu}"
    );
    assert_eq!(test["verdict"], "accepted");
}
