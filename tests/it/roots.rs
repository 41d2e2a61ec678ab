//! The embedded engine over unpacked images: the toolchain is the image's, not this machine's.

use crate::harness::{Options, Server, Setup, check, setups};
use serde_json::json;
use std::path::{Path, PathBuf};

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
    let options = ["--roots-dir", &roots.display().to_string()];
    let server = Server::start(&Options::new(Setup::Own, &options));
    let code = "#include <cstdio>\nint main() { printf(\"g++ %d\\n\", __GNUC__); }";
    let answer = server.execute("cpp", &json!({"code": code}));
    check(
        "cpp",
        &answer,
        &json!({"status": "ok", "stdout": "g++ 14\n"}),
    );
    check(
        "its pool",
        &server.pool("cpp"),
        &json!({"engine": "embedded", "image": root("cpp"), "toolchain": {"has": "14."}}),
    );
}
