//! A language that is added as CONTRIBUTING.md says, and nothing else: its own example, tried as it
//! stands there, on both engines.

use crate::harness::{
    LANGUAGES, Server, Setup, check, containers, finish, marker, open_folder, program, setups,
};
use serde_json::json;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

fn fixture() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/fixtures/languages")
}

fn read(path: &Path) -> String {
    let text = fs::read_to_string(path);
    text.unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The folder where every setup's server can read it.
fn copy() -> tempfile::TempDir {
    let folder = open_folder();
    let perl = folder.path().join("perl");
    fs::create_dir(&perl).expect("it is ours");
    for entry in fs::read_dir(fixture().join("perl")).expect("it is there") {
        let entry = entry.expect("it can be read");
        fs::copy(entry.path(), perl.join(entry.file_name())).expect("it can be copied");
    }
    folder
}

#[test]
fn the_example_of_the_documents_is_the_one_that_is_tried() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let text = read(&root.join("CONTRIBUTING.md"));
    let (_, section) = text.split_once("## Add a language").expect("the section");
    let perl = fixture().join("perl");
    for (language, file) in [("toml", "language.toml"), ("dockerfile", "Dockerfile")] {
        let (_, rest) = section
            .split_once(&format!("```{language}\n"))
            .expect("a block");
        let (block, _) = rest.split_once("```").expect("its end");
        assert_eq!(read(&perl.join(file)), block, "{file}");
    }
    // "copy those of bash"
    let ours = root.join("runner-images/bash");
    assert_eq!(read(&perl.join("finish")), read(&ours.join("finish")));
    let words = |text: String| text.lines().filter(|line| !line.starts_with('#')).count();
    assert_eq!(words(read(&perl.join("packages"))), 1);
}

/// What every language is asked for, of this one.
fn prove(server: &Server) {
    let listed = server.get("/languages").json();
    let names: Vec<_> = (listed["languages"].as_array().into_iter().flatten())
        .filter_map(|language| language["name"].as_str())
        .collect();
    let mut all = LANGUAGES.to_vec();
    all.insert(4, "perl");
    assert_eq!(names, all, "beside those that are built in");
    let perl = json!({"title": "Perl 5", "aliases": ["pl"], "compiled": false, "offered": true});
    check("/languages", &listed["languages"][4], &perl);
    let unicode = "žluťoučký kůň 🐎";
    for (what, request, expected) in [
        (
            "hello",
            json!({"code": "print \"hello\\n\";"}),
            json!({"status": "ok", "stdout": "hello\n", "stderr": "", "compile": null}),
        ),
        (
            "input and arguments",
            json!({"code": "print lc(<STDIN>), join('|', @ARGV)", "stdin": "ONE\ntwo", "args": ["a b", "", unicode]}),
            json!({"status": "ok", "stdout": format!("one\na b||{unicode}")}),
        ),
        (
            "an exit code",
            json!({"code": "warn 'careful'; exit 3"}),
            json!({"status": "runtime_error", "exit_code": 3, "stderr": "careful at main.pl line 1.\n"}),
        ),
        (
            "several files",
            json!({"files": [
                {"name": "main.pl", "content": "use lib '.'; use Greet; print Greet::hello('Ada')"},
                {"name": "Greet.pm", "content": "package Greet; sub hello { \"hello, $_[0]\\n\" } 1;"},
            ]}),
            json!({"status": "ok", "stdout": "hello, Ada\n"}),
        ),
        (
            "a limit",
            json!({"code": "my @all; push @all, 'x' x (1 << 20) while 1"}),
            json!({"status": "memory_limit", "limit": "memory_bytes"}),
        ),
        (
            "another",
            json!({"code": "1 while 1", "limits": {"cpu_ms": 200}}),
            json!({"status": "time_limit", "limit": "cpu_ms"}),
        ),
    ] {
        for word in ["perl", "pl"] {
            let answer = server.execute(word, &request);
            check(&format!("{word}, {what}"), &answer, &expected);
            check(what, &answer, &json!({"language": "perl"}));
        }
    }
    let toolchain = json!({"toolchain": {"has": "perl v5"}, "last_error": null});
    check("its pool", &server.pool("perl"), &toolchain);
}

#[test]
fn a_folder_is_a_language_without_docker() {
    for setup in setups().into_iter().filter(|it| *it != Setup::Docker) {
        let folder = copy();
        let languages = folder.path().display().to_string();
        prove(&Server::with(setup, &["--languages-dir", &languages]));

        fs::write(folder.path().join("main.pl"), "print 'ran ', @ARGV").expect("it is ours");
        let command = program(setup, folder.path())
            .args(["run", "--languages-dir", &languages, "main.pl", "--", "x"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("warmbox starts");
        let output = finish(command, Duration::from_secs(30));
        assert_eq!(output.stdout, b"ran x", "{output:?}");
    }
}

#[test]
fn its_image_is_made_as_the_documents_say() {
    if !setups().contains(&Setup::Docker) {
        return;
    }
    let image = marker("perl");
    let perl = fixture().join("perl").display().to_string();
    // The base is one that is here and holds the package: the tests ask no registry.
    let base = "BASE=warmbox-bash:latest";
    let host = containers::host();
    let build = [
        "build",
        "--network",
        "none",
        "--build-arg",
        base,
        "--tag",
        &image,
        &perl,
    ];
    let built = containers::docker(&host, &build);
    assert!(built.status.success(), "{built:?}");
    let (folder, named) = (copy(), format!("perl={image}"));
    let languages = folder.path().display().to_string();
    let args = ["--languages-dir", &languages, "--image", &named];
    let server = Server::with(Setup::Docker, &args);
    prove(&server);
    let made_from = server.pool("perl")["image_id"]
        .as_str()
        .unwrap_or_default()
        .to_owned();
    drop(server);
    // The one with our supervisor stands on it.
    containers::docker(&host, &["rmi", "--force", &made_from]);
    let removed = containers::docker(&host, &["rmi", "--force", &image]);
    assert!(removed.status.success(), "{removed:?}");
}
