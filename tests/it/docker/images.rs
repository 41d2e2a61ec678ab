//! Images that are not there, go, come back, change, or carry another build's supervisor.

use super::{Deployment, LANGUAGES, options, own, shared};
use crate::docker::daemon::IMAGE;
use crate::harness::{Server, check, marker, wait_for};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The longest pause between tries, and a container.
const RECOVER: Duration = Duration::from_secs(20);
/// How long a runner of an old image may be in use: the server looks every fifteen seconds, and
/// then at its next round.
const ROLL: Duration = Duration::from_secs(40);

/// A folder of languages: `sh` under these names.
fn languages(names: &[&str]) -> tempfile::TempDir {
    let folder = crate::harness::open_folder();
    let definition = Path::new(LANGUAGES).join("sh/language.toml");
    for name in names {
        let language = folder.path().join(name);
        fs::create_dir(&language).expect("a folder");
        fs::copy(&definition, language.join("language.toml")).expect("it can be read");
    }
    folder
}

/// The part of /health about a language.
fn part(server: &Server, language: &str) -> Value {
    let health = server.get("/health").json();
    let parts = health["parts"].as_array().cloned().unwrap_or_default();
    let name = format!("pool {language}");
    parts
        .into_iter()
        .find(|part| part["name"] == name.as_str())
        .unwrap_or_else(|| panic!("no {name} in {health}"))
}

#[test]
fn a_language_without_an_image_is_nobody_elses_trouble() {
    let Some(daemon) = shared() else { return };
    let folder = languages(&["sh", "later"]);
    let image = marker("later");
    let args = [
        "--languages-dir",
        &folder.path().display().to_string(),
        "--image",
        &format!("later={image}"),
        "--languages",
        "sh,python,later",
    ];
    let server = Deployment::launch(&daemon, &args);
    wait_for(RECOVER, "the other language works", || {
        (server.ask("echo").status == 200).then_some(())
    });
    assert_eq!(server.sh("echo here"), "here\n");
    let ready = server.get("/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text);
    assert!(ready.text.contains("make images"), "{}", ready.text);
    for (language, image) in [
        ("python", "warmbox-python:latest"),
        ("later", image.as_str()),
    ] {
        let named = json!({"has": [
            image, format!("the language {language}"), "make images",
            format!("--image {language}=IMAGE"), "not to be pulled",
        ]});
        wait_for(RECOVER, "its first try failed", || {
            server.pool(language)["last_error"].as_str().map(drop)
        });
        check(
            "/pool/stats",
            &server.pool(language),
            &json!({"last_error": named, "size": 0}),
        );
        let down = json!({"state": "down", "detail": named});
        check("/health", &part(&server, language), &down);
        let reply = server.post_json(&format!("/execute/{language}"), &json!({"code": "echo"}));
        assert_eq!(reply.status, 503, "{}", reply.text);
        let problem = json!({"code": "unavailable", "detail": named});
        check("the answer", &reply.json(), &problem);
        assert!(server.told().contains(image), "{}", server.told());
    }
    daemon.docker(&["tag", IMAGE, &image]);
    wait_for(RECOVER, "it works without a restart", || {
        let reply = server.post_json("/execute/later", &json!({"code": "echo late"}));
        (reply.status == 200).then_some(())
    });
    check("/health", &part(&server, "later"), &json!({"state": "ok"}));
    assert_eq!(server.sh("echo here"), "here\n");
}

#[test]
fn an_image_that_is_deleted_while_it_serves() {
    let Some(daemon) = shared() else { return };
    let image = marker("deleted");
    let id = daemon.import(&image, "deleted", &[]);
    let args = [
        "--image",
        &format!("sh={image}"),
        "--min-idle",
        "1",
        "--max-runners",
        "1",
    ];
    let server = Deployment::start(&daemon, &args);
    server.wait_until_full(1, RECOVER);
    let runner_image = server.pool("sh")["image_id"]
        .as_str()
        .expect("an id")
        .to_owned();
    for tag in daemon
        .docker(&[
            "image",
            "inspect",
            "--format",
            "{{join .RepoTags \" \"}}",
            &runner_image,
        ])
        .split(' ')
    {
        daemon.docker(&["rmi", "--force", tag]);
    }
    // The toolchain stays as a layer of the runner image, without a name.
    daemon.docker(&["rmi", "--force", &image]);
    for number in 0..3 {
        assert_eq!(server.sh(&format!("echo {number}")), format!("{number}\n"));
    }
    assert_eq!(server.pool("sh")["created_total"], 1, "the runner goes on");
    let runner = server.containers().pop().expect("one");
    daemon.docker(&["rm", "--force", &runner.id]);
    let named = json!({"has": [image, "the language sh", "make images"]});
    let mut reply = server.ask("echo");
    wait_for(RECOVER, "creation says which image", || {
        reply = server.ask("echo");
        (reply.status == 503).then_some(())
    });
    check("the answer", &reply.json(), &json!({"detail": named}));
    assert_eq!(server.get("/readyz").status, 503);
    match daemon.ask(&["tag", &id, &image]).status.success() {
        true => {}
        // Gone with the last container, and so made again.
        false => drop(daemon.import(&image, "deleted", &[])),
    }
    server.wait_until_full(1, RECOVER);
    assert_eq!(server.sh("cat /usr/version"), "deleted");
}

#[test]
fn an_image_that_is_replaced_while_it_serves() {
    let Some(daemon) = shared() else { return };
    let image = marker("replaced");
    daemon.import(&image, "old", &[]);
    let image_flag = format!("sh={image}");
    let two = ["--min-idle", "2", "--max-runners", "2"];
    // Or else they are replaced for their use.
    let others = ["--max-uses", "1000000", "--image", &image_flag];
    let server = Deployment::start(&daemon, &[&two[..], &others].concat());
    server.wait_until_full(2, RECOVER);
    let old = server.pool("sh");
    assert_eq!(server.sh("cat /usr/version"), "old");
    daemon.import(&image, "new", &[]);
    let done = AtomicBool::new(false);
    // More than there are runners, so that none of these is ever left alone; and no request fails.
    let ask = || {
        let mut last = String::new();
        while !done.load(Ordering::Relaxed) {
            last = server.sh("cat /usr/version");
        }
        last
    };
    std::thread::scope(|scope| {
        let asking = [(); 3].map(|()| scope.spawn(ask));
        let start = Instant::now();
        while server.retired("replaced") < 2 && start.elapsed() < ROLL {
            std::thread::sleep(Duration::from_millis(50));
        }
        eprintln!("replaced after {:?}", start.elapsed());
        done.store(true, Ordering::Relaxed);
        for thread in asking {
            thread.join().expect("no request failed");
        }
    });
    for _ in 0..4 {
        assert_eq!(server.sh("cat /usr/version"), "new");
    }
    let new = server.pool("sh");
    assert_ne!(old["image_id"], new["image_id"]);
    assert_eq!(new["retired_total"], json!({"replaced": 2}), "{new}");
    server.wait_until_full(2, RECOVER);
    let words = ["inspect", "--format", "{{.Image}}"];
    let running = daemon.docker(&[&words[..], &[&server.containers()[0].id]].concat());
    assert_eq!(new["image_id"], running.as_str());
}

#[test]
fn runner_images_of_earlier_builds_do_not_pile_up() {
    let Some(daemon) = own() else { return };
    let label = "LABEL dev.warmbox.build=\"earlier\"";
    for number in 0..8 {
        let name = format!("warmbox-runner-sh:earlier-{number}");
        daemon.import(&name, &number.to_string(), &[label]);
    }
    let other = "warmbox-runner-other:earlier";
    daemon.import(other, "other", &[label]);
    let server = Deployment::start(&daemon, &["--min-idle", "1", "--max-runners", "1"]);
    assert_eq!(server.sh("echo here"), "here\n");
    let images = |of: &str| {
        let told = daemon.docker(&["images", "--format", "{{.Repository}}:{{.Tag}}", of]);
        told.lines().count()
    };
    assert_eq!(images("warmbox-runner-sh"), 4);
    assert_eq!(
        images("warmbox-runner-other"),
        1,
        "it belongs to another language"
    );
    server.wait_until_full(1, RECOVER);
}

#[test]
fn an_image_with_another_builds_supervisor_is_refused_with_the_command_that_mends_it() {
    let Some(daemon) = shared() else { return };
    let image = marker("other-build");
    let label = "LABEL dev.warmbox.build=0.0.1-aaaaaaaaaaaa";
    daemon.import(&image, "other", &[label]);
    let server = Server::launch(&options(&daemon, &["--image", &format!("sh={image}")]));
    let named = json!({"has": [
        image, "the language sh", "build 0.0.1-aaaaaaaaaaaa", "make images", "--image sh=IMAGE",
    ]});
    let reply = server.post_json("/execute/sh", &json!({"code": "echo"}));
    assert_eq!(reply.status, 503, "{}", reply.text);
    check("the answer", &reply.json(), &json!({"detail": named}));
    check(
        "/health",
        &part(&server, "sh"),
        &json!({"state": "down", "detail": named}),
    );
}

#[test]
fn what_nobody_asked_for_is_left_out_where_it_has_no_image() {
    let Some(daemon) = shared() else { return };
    // Those of the folder were asked for, and no others: these must not be fetched either.
    let server = Deployment::start(&daemon, &["--languages", "", "--pull", "missing"]);
    assert_eq!(server.sh("echo here"), "here\n");
    let listed = server.get("/languages").json();
    let languages = listed["languages"].as_array().cloned().unwrap_or_default();
    assert_eq!(languages.len(), 6, "{listed}");
    for language in languages.iter().filter(|it| it["name"] != "sh") {
        let name = language["name"].as_str().unwrap_or_default();
        let image = format!("warmbox-{name}:latest");
        let lack = json!({"has": [image, "is not pulled", "make images"]});
        check(name, language, &json!({"offered": false, "detail": lack}));
        let code = json!({"code": "echo"});
        let reply = server.post_json(&format!("/execute/{name}"), &code);
        let problem = json!({"code": "unavailable", "detail": lack});
        check(name, &reply.json(), &problem);
        assert!(server.told().contains(&image), "{}", server.told());
    }
    let log = server.log();
    assert!(!log.contains("pulling an image"), "{log}");
    assert_eq!(server.get("/readyz").status, 200);
}
