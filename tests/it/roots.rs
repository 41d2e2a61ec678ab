//! The embedded engine over unpacked images: the toolchain is the image's, not this machine's.

use crate::harness::{Options, Server, Setup, check, open_folder, processes, setups};
use serde_json::json;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Where `scripts/images.sh --roots` puts them, or where `make test` says that they are.
pub(crate) fn roots() -> PathBuf {
    let server = Path::new(env!("CARGO_BIN_EXE_warmbox"));
    let target = server.ancestors().nth(2).expect("a target folder");
    let named = std::env::var_os("WARMBOX_TEST_ROOTS").map(PathBuf::from);
    named.unwrap_or_else(|| target.join("roots"))
}

#[test]
fn programs_run_on_the_toolchain_of_an_unpacked_image() {
    if !setups().contains(&Setup::Own) {
        return;
    }
    let roots = roots();
    let root = |language: &str| roots.join(language).display().to_string();
    assert!(
        roots.join("cpp/usr").is_dir(),
        "{} is not there: run make test, or scripts/images.sh --roots",
        root("cpp")
    );
    let options = [
        "--roots-dir",
        &roots.display().to_string(),
        "--languages",
        "",
    ];
    let server = Server::start(&Options::new(Setup::Own, &options));
    for (language, code, stdout) in [
        (
            "bash",
            "echo ${BASH_VERSION%.*} $(gawk 'BEGIN { print 1 }') $(bc <<< 6*7)",
            "5.2 1 42\n",
        ),
        (
            "c",
            "#include <stdio.h>\nint main() { printf(\"gcc %d %d\\n\", __GNUC__, __STDC_VERSION__ > 201710L); }",
            "gcc 14 1\n",
        ),
        (
            "javascript",
            "console.log(process.version.split('.')[0], typeof fetch)",
            "v20 function\n",
        ),
        (
            "python",
            "import numpy, sys\nprint(sys.version_info[:2])",
            "(3, 13)\n",
        ),
    ] {
        let mut request = json!({ "code": code });
        if language == "c" {
            request["std"] = json!("c23");
        }
        let answer = server.execute(language, &request);
        check(
            language,
            &answer,
            &json!({"status": "ok", "stdout": stdout}),
        );
        let image = json!({"image": root(language)});
        check(language, &server.pool(language), &image);
    }
    let code = "#include <cstdio>\nint main() { printf(\"g++ %d\\n\", __GNUC__); }";
    let answer = server.execute("cpp", &json!({"code": code}));
    check(
        "cpp",
        &answer,
        &json!({"status": "ok", "stdout": "g++ 14\n"}),
    );
    // The same request to a server with another toolchain and the same cache: not the same program.
    let folder = open_folder();
    let cache = folder.path().join("cache").display().to_string();
    let of_the_root = [&options[..], &["--cache-dir", &cache]].concat();
    let host = code.replace("g++ %d", "of %d");
    for (args, cached) in [
        (&of_the_root[..], false),
        (&["--cache-dir", &cache], false),
        (&of_the_root[..], true),
    ] {
        let server = Server::start(&Options::new(Setup::Own, args));
        let answer = server.execute("cpp", &json!({"code": host}));
        let expected = match args.len() {
            2 => json!({"stdout": {"has": "of "}, "compile": {"cached": cached}}),
            _ => json!({"stdout": "of 14\n", "compile": {"cached": cached}}),
        };
        check("the same on another toolchain", &answer, &expected);
        processes::signal(server.pid(), "TERM");
        server.wait_for_exit(Duration::from_secs(20));
    }
    check(
        "its pool",
        &server.pool("cpp"),
        &json!({"engine": "embedded", "image": root("cpp"), "toolchain": {"has": "14."}}),
    );
}
