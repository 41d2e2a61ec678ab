//! What C has: its own standards, its compiler's words as a list, and programs that are kept.

use crate::harness::{check, marker, on_each_setup};
use serde_json::json;

#[test]
fn a_compile_error_names_file_line_and_column() {
    on_each_setup(|server| {
        let files = json!([
            {"name": "main.c", "content": "#include \"lib/f.h\"\nint main(void) { return f(); }\n"},
            {"name": "lib/f.h", "content": "int f(void);\n"},
            {"name": "lib/f.c", "content": "#include \"f.h\"\n\nint f(void) {\n    return undeclared;\n}\n"},
        ]);
        let answer = server.execute("c", &json!({ "files": files }));
        let expected = json!({
            "status": "compile_error", "limit": null, "exit_code": null, "stdout": "",
            "compile": {"status": "compile_error", "exit_code": 1, "stderr": {"has": "lib/f.c:4:12: error: "}},
        });
        check("an error in a second file", &answer, &expected);
        let wanted = json!({
            "file": "lib/f.c", "line": 4, "column": 12, "severity": "error",
            "message": {"has": "undeclared (first use in this function)"},
        });
        let found = &answer["compile"]["diagnostics"];
        check("its place", &found[0], &wanted);
        check(
            "and its note",
            &found[1],
            &json!({"severity": "note", "line": 4}),
        );

        let code = "int f(void);\nint main(void) { return f(); }";
        let answer = server.execute("c", &json!({ "code": code }));
        let linker = json!({"file": null, "severity": "error", "message": {"has": "undefined reference to"}});
        check(
            "an error of the linker",
            &answer["compile"]["diagnostics"][0],
            &linker,
        );

        let code = "#warning look here\n#include <stdio.h>\nint main(void) { puts(\"ran\"); }";
        let answer = server.execute("c", &json!({ "code": code }));
        check(
            "a warning",
            &answer,
            &json!({"status": "ok", "stdout": "ran\n"}),
        );
        let warning = json!({"file": "main.c", "line": 1, "severity": "warning", "message": {"has": "look here"}});
        check("a warning", &answer["compile"]["diagnostics"][0], &warning);
    });
}

#[test]
fn the_standard_is_what_was_asked_for() {
    let version = "#include <stdio.h>\nint main(void) { printf(\"%ld%s\\n\",\n\
        #ifdef __STDC_VERSION__\n__STDC_VERSION__,\n#else\n0L,\n#endif\n\
        #ifdef __STRICT_ANSI__\n\"\"\n#else\n\" gnu\"\n#endif\n); return 0; }";
    on_each_setup(|server| {
        for (std, stdout) in [
            ("c89", "0\n"),
            ("c90", "0\n"),
            ("gnu89", "0 gnu\n"),
            ("c99", "199901\n"),
            ("gnu99", "199901 gnu\n"),
            ("c11", "201112\n"),
            ("c17", "201710\n"),
            ("c18", "201710\n"),
            ("gnu18", "201710 gnu\n"),
        ] {
            let answer = server.execute("c", &json!({"code": version, "std": std}));
            check(std, &answer, &json!({"status": "ok", "stdout": stdout}));
        }
        let answer = server.execute("gcc", &json!({ "code": version }));
        check(
            "no std",
            &answer,
            &json!({"language": "c", "stdout": "201710 gnu\n"}),
        );
        let new = "int main(void) { [[maybe_unused]] int a = 0b1'01; return 0; }";
        let answer = server.execute("c", &json!({"code": new, "std": "c2x"}));
        check("c2x", &answer, &json!({"status": "ok"}));
        let old = "int main(void) { for (int i = 0; i < 1; i++) {} return 0; }";
        let answer = server.execute("c", &json!({"code": old, "std": "c89"}));
        check(
            "a loop of C99",
            &answer,
            &json!({"status": "compile_error"}),
        );
        let reply = server.post_json("/execute/c", &json!({"code": old, "std": "c++17"}));
        assert_eq!(reply.status, 422, "{}", reply.text);
        check("C++'s", &reply.json(), &json!({"code": "unknown_std"}));
    });
}

#[test]
fn several_files_the_mathematics_and_threads_are_linked() {
    on_each_setup(|server| {
        let files = json!([
            {"name": "main.c", "content": "#include \"lib/root.h\"\n#include <stdio.h>\n#include <threads.h>\n\
                static int half(void* x) { *(double*)x /= 2; return 7; }\n\
                int main(void) { double x = root(16); thrd_t t; int r; thrd_create(&t, half, &x); thrd_join(t, &r);\n\
                printf(\"%.1f %d\\n\", x, r); }"},
            {"name": "lib/root.h", "content": "double root(double);\n"},
            {"name": "lib/root.c", "content": "#include \"root.h\"\n#include <math.h>\ndouble root(double x) { return sqrt(x); }\n"},
            {"name": "lib/other.cpp", "content": "not compiled"},
        ]);
        let answer = server.execute("c", &json!({ "files": files }));
        check(
            "several files",
            &answer,
            &json!({"status": "ok", "stdout": "2.0 7\n"}),
        );
        // g++ takes it for C++, as on a command line; where C is asked for it is C.
        let code = "#include <stdio.h>\nint main(void) { int new = 1; printf(\"%d\\n\", new); }";
        let file = json!([{"name": "main.c", "content": code}]);
        for (language, status) in [("c", "ok"), ("cpp", "compile_error")] {
            let answer = server.execute(language, &json!({ "files": file }));
            check(language, &answer, &json!({ "status": status }));
        }
    });
}

#[test]
fn a_program_is_compiled_once() {
    on_each_setup(|server| {
        let mark = marker("once");
        let code = format!("// {mark}\n#include <stdio.h>\nint main(void) {{ puts(\"1\"); }}");
        for (std, cached) in [("c11", false), ("c11", true), ("c17", false)] {
            let answer = server.execute("c", &json!({"code": code, "std": std}));
            let expected = json!({"stdout": "1\n", "compile": {"status": "ok", "cached": cached}});
            check(std, &answer, &expected);
        }
        // The same text is another program where another language is asked for.
        let answer = server.execute("cpp", &json!({ "code": code }));
        check("cpp", &answer, &json!({"compile": {"cached": false}}));
    });
}
