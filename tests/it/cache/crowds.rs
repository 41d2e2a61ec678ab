//! Those who want the same program at once.

use super::{Place, cache};
use crate::harness::{check, marker, setups, wait_for};
use serde_json::{Value, json};
use std::time::Duration;

/// However busy the machine is: what is proved is who compiles, not how soon.
const PATIENT: [&str; 2] = ["--queue-timeout", "60s"];

#[test]
fn twenty_who_want_the_same_at_once_wait_for_one_compiler() {
    for setup in setups() {
        let place = Place::new();
        let server = place.server(setup, &PATIENT);
        let code = format!(
            "#include <iostream>\nint main() {{ std::cout << 7 << '\\n'; }} // {}",
            marker("crowd")
        );
        let request = json!({"code": code});
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let clients: Vec<_> = (0..20)
                .map(|_| scope.spawn(|| server.execute("cpp", &request)))
                .collect();
            (clients.into_iter())
                .map(|client| client.join().expect("an answer"))
                .collect()
        });
        for answer in &answers {
            check(
                "one of twenty",
                answer,
                &json!({"status": "ok", "stdout": "7\n"}),
            );
        }
        let compiled = answers
            .iter()
            .filter(|answer| answer["compile"]["cached"] == false);
        assert_eq!(compiled.count(), 1);
        assert_eq!(server.pool("cpp")["claimed_total"], 21);
        let told = cache(&server);
        assert_eq!(told["misses_total"], 1, "{told:#}");
        let others = [&told["hits_total"], &told["shared_total"]].map(Value::as_u64);
        assert_eq!(
            others.map(Option::unwrap_or_default).iter().sum::<u64>(),
            19
        );
    }
}

#[test]
fn where_the_first_client_goes_away_another_one_compiles() {
    for setup in setups() {
        let place = Place::new();
        let one = ["--min-idle", "1", "--max-runners", "1"];
        let server = place.server(setup, &[&PATIENT[..], &one].concat());
        server.wait_until_full("cpp", 1);
        let at_rest = server.family().len();
        // A second or two, of which the first client sees the beginning.
        let code = format!(
            "#include <cstdio>\n#include <regex>\nint main() {{ std::regex a(\"a+(b|c)*\"); \
             puts(std::regex_match(\"abc\", a) ? \"yes\" : \"no\"); }} // {}",
            marker("left")
        );
        let request = json!({"code": code, "limits": {"compile_wall_ms": 60_000}});
        let looks = |most| {
            wait_for(Duration::from_secs(10), "all have looked", || {
                (cache(&server)["memory"]["misses_total"] == most).then_some(())
            });
        };
        let first = server.send_and_hold("cpp", &request);
        looks(1);
        wait_for(Duration::from_secs(10), "its compiler runs", || {
            (server.family().len() > at_rest).then_some(())
        });
        let gone = server.send_and_hold("cpp", &request);
        looks(2);
        let answers: Vec<Value> = std::thread::scope(|scope| {
            let clients = [(); 3].map(|()| scope.spawn(|| server.execute("cpp", &request)));
            looks(5);
            drop(gone);
            drop(first);
            (clients.into_iter())
                .map(|client| client.join().expect("an answer"))
                .collect()
        });
        for answer in &answers {
            check(
                "one who stayed",
                answer,
                &json!({"status": "ok", "stdout": "yes\n"}),
            );
        }
        let compiled = answers
            .iter()
            .filter(|answer| answer["compile"]["cached"] == false);
        assert_eq!(compiled.count(), 1);
    }
}
