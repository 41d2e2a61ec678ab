//! The image's g++ is a quick one (`runner-images/cpp/quick.cpp`), which must say what the plain g++
//! says and make programs that do the same. Every line of `plain.jsonl` is a request that is sent to
//! both, in sandboxes of one server.

use crate::harness::{Options, Server, Setup, check, setups};
use crate::roots::roots;
use serde::Deserialize;
use serde_json::{Map, Value, json};
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::Mutex;
use tempfile::TempDir;

#[derive(Deserialize)]
struct Program {
    what: String,
    #[serde(flatten)]
    request: Map<String, Value>,
}

#[test]
fn the_quick_compiler_answers_what_the_plain_one_does() {
    let programs = programs();
    assert!(programs.len() >= 60, "only {} programs", programs.len());
    for setup in [Setup::Own, Setup::Docker] {
        if !setups().contains(&setup) {
            continue;
        }
        let (server, _folder) = with_both(setup);
        let wrong = Mutex::new(Vec::new());
        let queue = Mutex::new(programs.iter());
        let next = || queue.lock().expect("no test panics with it").next();
        // The machine's cores, not more: the programs' own limits must hold.
        std::thread::scope(|scope| {
            for _ in 0..2 {
                scope.spawn(|| {
                    while let Some(program) = next() {
                        // How long it takes on a busy machine is not what is asked.
                        let mut request = Value::Object(program.request.clone());
                        request["limits"] = json!({"compile_wall_ms": 60_000});
                        let [quick, plain] =
                            ["cpp", "plain"].map(|name| said(server.execute(name, &request)));
                        if quick != plain {
                            let text = format!("{}\n{quick:#}\nbut {plain:#}", program.what);
                            wrong.lock().expect("no test panics with it").push(text);
                        }
                    }
                });
            }
        });
        let wrong = wrong.into_inner().expect("no test panics with it");
        assert!(wrong.is_empty(), "with {setup:?}: {}", wrong.join("\n"));
    }
}

/// Without this the table would hold for two plain compilers as well. That g++ takes the precompiled
/// headers is seen to where they are made, in `runner-images/cpp/further`.
#[test]
fn the_quick_compiler_is_another() {
    let linked_by_mold = "#include <iostream>\n#include <fstream>\n#include <sstream>\n\
        int main() { std::ifstream file(\"/proc/self/exe\"); std::ostringstream text; text << file.rdbuf();\n\
        std::string mark = \"mol\"; std::cout << (text.str().find(mark + \"d 2.\") != std::string::npos); }";
    for setup in [Setup::Own, Setup::Docker] {
        if !setups().contains(&setup) {
            continue;
        }
        let (server, _folder) = with_both(setup);
        for (language, by_mold) in [("cpp", "1"), ("plain", "0")] {
            let answer = server.execute(language, &json!({"code": linked_by_mold}));
            check(language, &answer, &json!({"stdout": by_mold}));
        }
    }
}

fn programs() -> Vec<Program> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/plain.jsonl");
    let text = fs::read_to_string(&path).expect("plain.jsonl is there");
    let read = |(number, line)| {
        serde_json::from_str(line)
            .unwrap_or_else(|error| panic!("plain.jsonl, line {}: {error}", number + 1))
    };
    text.lines().enumerate().map(read).collect()
}

/// A server with C++ twice: as it is, and with the plain g++ named by its path.
fn with_both(setup: Setup) -> (Server, TempDir) {
    let definition = Path::new(env!("CARGO_MANIFEST_DIR")).join("runner-images/cpp/language.toml");
    let definition = fs::read_to_string(definition).expect("C++'s definition is there");
    let plain = definition
        .replace("[\"g++\", \"-std", "[\"/usr/bin/g++\", \"-std")
        .replace("\naliases = ", "\naliases = [] # ");
    assert!(plain.contains("/usr/bin/g++"), "{plain}");
    let folder = TempDir::with_prefix("warmbox-test-").expect("a temporary folder");
    let [languages, trees] = ["languages", "roots"].map(|name| folder.path().join(name));
    fs::create_dir_all(languages.join("plain")).expect("it is ours");
    fs::write(languages.join("plain/language.toml"), plain).expect("it is ours");
    fs::create_dir(&trees).expect("it is ours");
    let tree = roots().join("cpp");
    for name in ["cpp", "plain"] {
        symlink(&tree, trees.join(name)).expect("it is ours");
    }
    let [languages, trees] = [languages, trees].map(|path| path.display().to_string());
    let both = ["--languages", "cpp,plain", "--languages-dir", &languages];
    let engine = match setup {
        Setup::Docker => ["--image", "plain=warmbox-cpp:latest"],
        Setup::Own | Setup::Nobody => ["--roots-dir", &trees],
    };
    let server = Server::start(&Options::new(setup, &[both.as_slice(), &engine].concat()));
    (server, folder)
}

/// What an answer says of the program. Temporary files of the linker's are told apart by chance.
fn said(mut answer: Value) -> Value {
    let mut said = Map::new();
    for name in [
        "status",
        "limit",
        "exit_code",
        "signal",
        "stdout",
        "stderr",
        "output",
        "truncated",
        "images",
        "compile",
    ] {
        said.insert(name.to_owned(), answer[name].take());
    }
    let text = Value::Object(said).to_string();
    let mut parts = text.split("/tmp/cc");
    let first = parts.next().unwrap_or_default().to_owned();
    let named = parts.map(|part| format!("/tmp/cc{}", part.get(6..).unwrap_or(part)));
    let text = first + &named.collect::<String>();
    serde_json::from_str(&text).unwrap_or(Value::String(text))
}
