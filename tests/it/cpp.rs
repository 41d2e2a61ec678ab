//! What only a compiled language has: diagnostics, standards, limits of the compiler.

use crate::harness::{check, on_each_setup};
use serde_json::json;

#[test]
fn a_compile_error_names_file_line_and_column() {
    on_each_setup(|server| {
        let files = json!([
            {"name": "main.cpp", "content": "#include \"lib/f.h\"\nint main() { return f(); }\n"},
            {"name": "lib/f.h", "content": "int f();\n"},
            {"name": "lib/f.cpp", "content": "#include \"f.h\"\n\nint f() {\n    return undeclared;\n}\n"},
        ]);
        let answer = server.execute("cpp", &json!({"files": files, "stdin": "unused"}));
        let expected = json!({
            "status": "compile_error", "limit": null, "exit_code": null, "signal": null, "stdout": "", "stderr": "",
            "compile": {
                "status": "compile_error", "exit_code": 1,
                "stderr": {"has": ["lib/f.cpp:4:12: error: ", "was not declared in this scope"]},
            },
        });
        check("an error in a second file", &answer, &expected);
        let found = &answer["compile"]["diagnostics"];
        let wanted = json!({
            "file": "lib/f.cpp", "line": 4, "column": 12, "severity": "error",
            "message": {"has": "was not declared in this scope"},
        });
        check("its place", &found[0], &wanted);

        let answer = server.execute(
            "cpp",
            &json!({"code": "int f();\nint main() { return f(); }"}),
        );
        let expected = json!({"status": "compile_error", "compile": {"stderr": {"has": "undefined reference"}}});
        check("an error of the linker", &answer, &expected);
        let found = &answer["compile"]["diagnostics"][0];
        let linker = json!({"file": null, "severity": "error", "message": {"has": "undefined reference to"}});
        check("an error of the linker", found, &linker);
    });
}

#[test]
fn warnings_do_not_stop_a_program() {
    on_each_setup(|server| {
        let code = "#warning look here\n#include <cstdio>\nint main() { puts(\"ran\"); }";
        let answer = server.execute("cpp", &json!({"code": code}));
        check(
            "a warning",
            &answer,
            &json!({"status": "ok", "stdout": "ran\n", "stderr": ""}),
        );
        let expected = json!({"file": "main.cpp", "line": 1, "severity": "warning", "message": {"has": "look here"}});
        check("a warning", &answer["compile"]["diagnostics"][0], &expected);
    });
}

#[test]
fn the_standard_is_what_was_asked_for() {
    let concepts = "#include <concepts>\n#include <cstdio>\n\
        template <std::integral T> T twice(T x) { return x + x; }\nint main() { printf(\"%d\\n\", twice(21)); }";
    let version = "#include <cstdio>\nint main() { printf(\"%ld%s\\n\", __cplusplus,\n\
        #ifdef __STRICT_ANSI__\n\"\"\n#else\n\" gnu\"\n#endif\n); }";
    on_each_setup(|server| {
        for (std, code, status, stdout) in [
            ("c++20", concepts, "ok", "42\n"),
            ("c++11", concepts, "compile_error", ""),
            ("c++11", version, "ok", "201103\n"),
            ("gnu++14", version, "ok", "201402 gnu\n"),
            ("c++17", version, "ok", "201703\n"),
        ] {
            let answer = server.execute("cpp", &json!({"code": code, "std": std}));
            check(std, &answer, &json!({"status": status, "stdout": stdout}));
        }
        let answer = server.execute("cpp", &json!({"code": version}));
        check("no std", &answer, &json!({"stdout": "201703 gnu\n"}));
    });
}

/// The compiler runs user code, too: the preprocessor reads files, templates take time.
#[test]
fn the_compiler_is_walled_in_as_well() {
    on_each_setup(|server| {
        let forever = "template <int N, int M> struct F { static const long v = F<N - 1, M * 2>::v + F<N - 1, M * 2 + 1>::v; };\n\
            template <int M> struct F<0, M> { static const long v = M; };\nint main() { return F<26, 0>::v; }";
        let request = json!({"code": forever, "limits": {"compile_wall_ms": 700}});
        let expected = json!({
            "status": "time_limit", "limit": "compile_wall_ms", "exit_code": null, "stdout": "",
            "compile": {"status": "time_limit"}, "timings": {"compile_ms": {"most": 5000}},
        });
        check(
            "a compile bomb",
            &server.execute("cpp", &request),
            &expected,
        );

        let endless = json!({"code": "#include \"/dev/zero\"\nint main() {}", "limits": {"compile_wall_ms": 8000}});
        let answer = server.execute("cpp", &endless);
        let expected = json!({"status": {"any": ["memory_limit", "compile_error", "time_limit"]}, "stdout": ""});
        check("an endless header", &answer, &expected);

        for path in [
            "/etc/shadow",
            "/root/.bashrc",
            "/proc/1/environ",
            "/etc/hostname",
        ] {
            let code = format!("#include \"{path}\"\nint main() {{}}");
            let answer = server.execute("cpp", &json!({"code": code}));
            let text = answer["compile"]["stderr"].as_str().unwrap_or_default();
            let refused = text.contains("No such file") || text.contains("Permission denied");
            let empty = answer["status"] == "ok" && text.is_empty();
            assert!(refused || empty, "{path}: {answer:#}");
            assert!(
                !text.contains("root:") && !text.contains("planted"),
                "{path}: {text}"
            );
        }
    });
}
