//! A language whose programs are not there: left out where nobody asked for it, missed where
//! somebody did. On Docker the same is proved in `docker/images.rs`.

use crate::harness::{Options, Server, Setup, check, open_folder, setups, wait_for};
use serde_json::{Value, json};
use std::fs;
use std::time::Duration;

/// From one look for a program to the next, and a runner.
const FOUND: Duration = Duration::from_secs(20);

fn of_javascript(list: &Value) -> Value {
    let all = list["languages"].as_array().cloned().unwrap_or_default();
    let is_it = |it: &Value| it["name"] == "javascript" || it["language"] == "javascript";
    all.into_iter().find(is_it).expect("it is told of")
}

#[test]
fn what_nobody_asked_for_is_left_out_and_comes_when_it_is_there() {
    for setup in setups().into_iter().filter(|it| *it != Setup::Docker) {
        for min_idle in ["1", "0"] {
            let folder = open_folder();
            let roots = folder.path().display().to_string();
            // An image without Node.js.
            fs::create_dir(folder.path().join("javascript")).expect("it is ours");
            let args = [
                "--roots-dir",
                &roots,
                "--min-idle",
                min_idle,
                "--max-runners",
                "2",
            ];
            let mut options = Options::new(setup, &args);
            options.env = vec![("WARMBOX_LANGUAGES".into(), String::new())];
            let server = Server::start(&options);
            let lack = json!({"has": ["no node in", &roots, "make roots"]});
            let told = of_javascript(&server.get("/readyz").json());
            let expected = json!({"offered": false, "ready": false, "detail": lack});
            check("/readyz", &told, &expected);
            let told = of_javascript(&server.get("/languages").json());
            check(
                "/languages",
                &told,
                &json!({"offered": false, "detail": lack}),
            );
            let health = server.get("/health").json();
            check("/health", &health, &json!({"status": "ok"}));
            let reply = server.post_json("/execute/js", &json!({"code": "1"}));
            assert_eq!(reply.status, 503, "{}", reply.text);
            let problem = json!({"code": "unavailable", "detail": lack});
            check("an answer", &reply.json(), &problem);
            let pool = json!({"created_total": 0, "failed_total": 0, "size": 0});
            check("its pool", &server.pool("javascript"), &pool);
            assert!(server.told().contains("is ready at"), "{}", server.told());
            assert!(
                server.told().contains("javascript: left out"),
                "{}",
                server.told()
            );
            let told = server.log().matches("a language is left out").count();
            assert_eq!(told, 1, "once, not with every look:\n{}", server.log());
            for (language, code) in [("bash", "echo 1"), ("python", "print(1)")] {
                let answer = server.execute(language, &json!({ "code": code }));
                check(language, &answer, &json!({"stdout": "1\n"}));
            }

            // Where there is no root, this machine's own Node.js is taken.
            fs::remove_dir(folder.path().join("javascript")).expect("it is empty");
            wait_for(FOUND, "it is offered without a restart", || {
                let reply = server.post_json("/execute/js", &json!({"code": "console.log(1)"}));
                (reply.status == 200).then_some(())
            });
            let told = of_javascript(&server.get("/languages").json());
            check(
                "/languages",
                &told,
                &json!({"offered": true, "detail": null}),
            );
        }
    }
}

#[test]
fn what_was_asked_for_is_missed() {
    for setup in setups().into_iter().filter(|it| *it != Setup::Docker) {
        for min_idle in ["1", "0"] {
            let folder = open_folder();
            let roots = folder.path().display().to_string();
            fs::create_dir(folder.path().join("javascript")).expect("it is ours");
            let args = ["--roots-dir", &roots, "--languages", "js,python"];
            let server = Server::launch(&Options::new(
                setup,
                &[&args[..], &["--min-idle", min_idle]].concat(),
            ));
            let ready = || server.get("/readyz");
            wait_for(FOUND, "the other works, and it is told", || {
                let told = of_javascript(&ready().json());
                let python = server.post_json("/execute/python", &json!({"code": "1"}));
                (python.status == 200 && told["ready"] == false).then_some(())
            });
            assert_eq!(ready().status, 503, "{}", ready().text);
            let lack = json!({"has": ["no node in", &roots, "make roots"]});
            let expected = json!({"offered": true, "ready": false, "detail": lack});
            check("/readyz", &of_javascript(&ready().json()), &expected);
            let health = server.get("/health").json();
            check("/health", &health, &json!({"status": "degraded"}));
        }
    }
}
