//! Compiled programs that are kept: the same answer without a compile stage, never another
//! program's, and nothing that somebody put into the folder.

mod crowds;
mod files;

use crate::harness::{Options, Server, Setup, check, marker, open_folder, setups, wait_for};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tempfile::TempDir;

/// What a file may take to be written, in the background.
const WRITTEN: Duration = Duration::from_secs(10);

/// A place for the cache of one setup's servers.
struct Place(TempDir);

impl Place {
    fn new() -> Self {
        Self(open_folder())
    }

    fn path(&self) -> PathBuf {
        self.0.path().join("cache")
    }

    fn server(&self, setup: Setup, more: &[&str]) -> Server {
        let folder = self.path().display().to_string();
        let args = [&["--languages", "cpp", "--cache-dir", &folder], more].concat();
        Server::with(setup, &args)
    }

    fn files(&self) -> Vec<PathBuf> {
        let entries = fs::read_dir(self.path()).expect("the folder is there");
        let mut files: Vec<_> = entries.map(|entry| entry.expect("a name").path()).collect();
        files.sort();
        files
    }
}

/// A small program that no other test compiles.
fn program(prints: &str) -> Value {
    let mark = marker("program");
    // Whatever the linker: not much smaller than 12 KiB, and not twice as large.
    let size = "__attribute__((used)) char size[12 << 10] = {1};";
    let code =
        format!("#include <cstdio>\n{size}\nint main() {{ puts(\"{prints}\"); }}\n// {mark}\n");
    json!({"code": code})
}

fn cache(server: &Server) -> Value {
    server.get("/pool/stats").json()["cache"].take()
}

#[track_caller]
fn run(server: &Server, request: &Value, cached: bool, prints: &str) -> Value {
    let answer = server.execute("cpp", request);
    let expected = json!({
        "status": "ok", "stdout": format!("{prints}\n"),
        "compile": {"status": "ok", "exit_code": 0, "cached": cached},
    });
    check(&format!("{request}"), &answer, &expected);
    answer
}

/// Executes a program that is compiled now, and waits for its file.
#[track_caller]
fn store(server: &Server, request: &Value, prints: &str) {
    let before = cache(server)["disk"]["entries"].clone();
    run(server, request, false, prints);
    wait_for(WRITTEN, "the program is written", || {
        (cache(server)["disk"]["entries"] != before).then_some(())
    });
}

fn stop(server: &Server) {
    crate::harness::processes::signal(server.pid(), "TERM");
    assert!(server.wait_for_exit(Duration::from_secs(20)).success());
}

#[test]
fn the_same_program_is_compiled_once_and_answered_the_same() {
    for setup in setups() {
        let (place, mark) = (Place::new(), marker("same"));
        let server = place.server(setup, &[]);
        let code = format!(
            "#warning {mark}\n#include <cstdio>\nint main(int c, char** v) {{ char b[9] = \"\"; fgets(b, 9, stdin); \
             int unused; printf(\"%s %s\\n\", v[1], b); return c - 2; }}"
        );
        let request = |word: &str| json!({"code": code, "args": [word], "stdin": word});
        let mut first = run(&server, &request("one"), false, "one one");
        let claims = |server: &Server| server.pool("cpp")["claimed_total"].clone();
        assert_eq!(claims(&server), 2);
        let mut second = run(&server, &request("two"), true, "two two");
        assert_eq!(claims(&server), 3, "nothing was compiled for the second");
        assert_eq!(second["compile"]["diagnostics"][0]["severity"], "warning");
        let text = second["compile"]["stderr"].as_str().unwrap_or_default();
        assert!(text.contains(&mark), "{text}");
        for answer in [&mut first, &mut second] {
            answer["compile"]["cached"].take();
        }
        assert_eq!(first["compile"], second["compile"]);
        let took = |answer: &Value| answer["timings"]["compile_ms"].as_f64();
        assert!(took(&second) < took(&first), "{first:#} {second:#}");
        let expected = json!({
            "hits_total": 1, "misses_total": 1, "shared_total": 0,
            "memory": {"entries": 1, "hits_total": 1, "misses_total": 1, "evicted_total": 0},
            "disk": {"folder": place.path().display().to_string(), "hits_total": 0, "misses_total": 1,
                "refused_total": 0, "last_error": null},
        });
        check("its figures", &cache(&server), &expected);
    }
}

#[test]
fn whatever_decides_what_a_program_becomes_makes_it_another() {
    for setup in setups() {
        let place = Place::new();
        let server = place.server(setup, &[]);
        let code = format!(
            "#include \"a.h\"\nint main() {{ show(); }}\n// {}",
            marker("a")
        );
        let header = "#include <cstdio>\ninline void show() { puts(__FILE__); }";
        let request = |code: &str, main: &str, header: &str, std: &str| {
            let files = json!([
                {"name": main, "content": code}, {"name": "a.h", "content": header},
            ]);
            json!({"files": files, "std": std})
        };
        let base = request(&code, "main.cpp", header, "c++17");
        let others = [
            request(&format!("{code} "), "main.cpp", header, "c++17"),
            request(&code, "other.cpp", header, "c++17"),
            request(&code, "main.cpp", &format!("{header}\n"), "c++17"),
            request(&code, "main.cpp", header, "c++20"),
        ];
        run(&server, &base, false, "a.h");
        for other in &others {
            run(&server, other, false, "a.h");
        }
        for request in others.iter().chain([&base]) {
            run(&server, request, true, "a.h");
        }
        stop(&server);

        // The operator changes the compiler's command line.
        let languages = open_folder();
        let folder = languages.path().join("cpp");
        fs::create_dir(&folder).expect("a folder");
        let built_in =
            Path::new(env!("CARGO_MANIFEST_DIR")).join("runner-images/cpp/language.toml");
        let text = fs::read_to_string(built_in).expect("the definition is there");
        assert!(text.contains("\"-O2\""));
        fs::write(
            folder.join("language.toml"),
            text.replace("\"-O2\"", "\"-O1\""),
        )
        .expect("it is written");
        let languages = languages.path().display().to_string();
        let server = place.server(setup, &["--languages-dir", &languages]);
        run(&server, &base, false, "a.h");
        stop(&server);
        let server = place.server(setup, &[]);
        run(&server, &base, true, "a.h");
    }
}

#[test]
fn what_comes_to_no_program_is_not_kept() {
    for setup in setups() {
        let place = Place::new();
        let server = place.server(setup, &[]);
        let wrong = json!({"code": format!("int main() {{ return x; }} // {}", marker("wrong"))});
        for _ in 0..2 {
            let answer = server.execute("cpp", &wrong);
            let expected = json!({"status": "compile_error", "compile": {"cached": false, "stderr": {"has": "x"}}});
            check("a compile error", &answer, &expected);
        }
        let clock = json!({"code": format!("#include <cstdio>\nint main() {{ puts(__TIME__); }}// {}", marker("clock"))});
        for _ in 0..2 {
            let answer = server.execute("cpp", &clock);
            check(
                "the time",
                &answer,
                &json!({"status": "ok", "compile": {"cached": false}}),
            );
        }
        let expected = json!({"hits_total": 0, "misses_total": 2, "memory": {"entries": 0}, "disk": {"entries": 0}});
        check("its figures", &cache(&server), &expected);
    }
}

#[test]
fn a_program_that_was_kept_runs_in_a_sandbox_within_the_limits_of_its_request() {
    let code = format!(
        "#include <cstdlib>\n#include <cstring>\n#include <unistd.h>\n#include <cstdio>\n\
         int main(int, char** v) {{\n  if (!strcmp(v[1], \"loop\")) for (volatile int i = 0;; i++) {{}}\n\
         if (!strcmp(v[1], \"grow\")) for (;;) memset(malloc(1 << 20), 1, 1 << 20);\n\
         char name[99]; gethostname(name, 99); printf(\"%s %d %d\\n\", name, (int)getuid(), access(\"/root\", R_OK)); }}\n// {}",
        marker("walls")
    );
    for setup in setups() {
        let place = Place::new();
        let server = place.server(setup, &[]);
        let request =
            |word: &str, limits: Value| json!({"code": code, "args": [word], "limits": limits});
        run(
            &server,
            &request("tell", json!({})),
            false,
            "sandbox 1000 -1",
        );
        run(
            &server,
            &request("tell", json!({})),
            true,
            "sandbox 1000 -1",
        );
        let kept = json!({"cached": true});
        let answer = server.execute("cpp", &request("loop", json!({"wall_ms": 300})));
        let expected = json!({"status": "time_limit", "limit": "wall_ms", "compile": kept});
        check("a loop", &answer, &expected);
        let answer = server.execute("cpp", &request("grow", json!({"memory_bytes": 32 << 20})));
        let expected = json!({"status": "memory_limit", "limit": "memory_bytes", "compile": kept});
        check("memory", &answer, &expected);
    }
}

/// What took longer, or said more, than a request allows is not given to it as if it had not.
#[test]
fn limits_of_the_compile_stage_hold_for_what_was_kept_too() {
    for setup in setups() {
        let place = Place::new();
        let server = place.server(setup, &[]);
        let warnings = "#warning some words that are long enough to be cut\n".repeat(20);
        let mark = marker("said");
        let code =
            format!("{warnings}#include <cstdio>\nint main() {{ puts(\"said\"); }} // {mark}");
        let request = |limits: Value| json!({"code": code, "limits": limits});
        run(&server, &request(json!({})), false, "said");
        run(&server, &request(json!({})), true, "said");
        let answer = run(
            &server,
            &request(json!({"output_bytes": 200})),
            false,
            "said",
        );
        let cut = json!({"compile": {"stderr": {"has": "bytes omitted"}}});
        check("less output", &answer, &cut);
        let answer = server.execute("cpp", &request(json!({"compile_wall_ms": 1})));
        let expected = json!({"status": "time_limit", "limit": "compile_wall_ms", "compile": {"cached": false}});
        check("less time", &answer, &expected);
        let answer = run(&server, &request(json!({})), true, "said");
        let whole = answer["compile"]["stderr"].as_str().unwrap_or_default();
        assert!(!whole.contains("bytes omitted"), "{whole}");
    }
}

#[test]
fn a_cache_that_is_off_keeps_nothing() {
    for setup in setups() {
        let off = ["--languages", "cpp", "--cache-memory-bytes", "0"];
        let mut options = Options::new(setup, &[&off[..], &["--cache-dir", ""]].concat());
        let home = open_folder();
        options.env = vec![
            ("HOME".into(), home.path().display().to_string()),
            ("WARMBOX_STATE_DIR".into(), String::new()),
        ];
        let server = Server::start(&options);
        let request = program("anew");
        for _ in 0..2 {
            run(&server, &request, false, "anew");
        }
        let expected = json!({"misses_total": 0, "memory": {"entries": 0}, "disk": {"folder": null, "last_error": null}});
        check("its figures", &cache(&server), &expected);
        let below = fs::read_dir(home.path()).expect("it is there").count();
        assert_eq!(below, 0);
    }
}
