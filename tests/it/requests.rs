//! The ways to send a program: several files, plain text, other names for the same thing.

use crate::harness::{check, on_each_setup};
use crate::languages::ok;
use serde_json::json;

#[test]
fn a_program_may_be_several_files_in_folders() {
    let python = json!([
        {"name": "app/start.py", "content": "import sys\nsys.path.insert(0, '.')\nfrom pkg.deep.mod import f\nprint(f(), open('data/ü.bin', 'rb').read())"},
        {"name": "pkg/deep/mod.py", "content": "from pkg.other import g\ndef f(): return g() + 1"},
        {"name": "pkg/other.py", "content": "def g(): return 41"},
        {"name": "data/ü.bin", "content": "AP8K", "encoding": "base64"},
    ]);
    let cpp = json!([
        {"name": "src/main.cpp", "content": "#include \"../lib/f.h\"\n#include <cstdio>\nint main() { unsigned char b[3] = {0};\n\
          FILE* d = fopen(\"data/ü.bin\", \"rb\"); if (d) fread(b, 1, 3, d);\n\
          printf(\"%d b'\\\\x%02x\\\\x%02x\\\\n'\\n\", f(), b[0], b[1]); }"},
        {"name": "lib/f.h", "content": "int f();", "encoding": "utf8"},
        {"name": "lib/f.cc", "content": "#include \"f.h\"\nint f() { return 42; }"},
        {"name": "data/ü.bin", "content": "AP8K", "encoding": "base64"},
    ]);
    on_each_setup(|server| {
        for (language, files) in [("python", &python), ("cpp", &cpp)] {
            let answer = server.execute(language, &json!({"files": files}));
            check(language, &answer, &ok("42 b'\\x00\\xff\\n'\n"));
        }
    });
}

#[test]
fn other_ways_to_ask() {
    on_each_setup(|server| {
        let text = [("content-type", "text/plain; charset=utf-8")];
        let reply = server.post("/execute/python", &text, "print('plain ü')".as_bytes());
        check("text/plain", &reply.json(), &ok("plain ü\n"));
        let code = b"#include <cstdio>\nint main() { puts(\"plain\"); }";
        let reply = server.post("/execute/cpp", &text, code);
        check("text/plain", &reply.json(), &ok("plain\n"));
        let answer = server.execute("py", &json!({"code": "print(input())", "input": "alias"}));
        check("aliases of language and stdin", &answer, &ok("alias\n"));
        check("its name", &answer, &json!({"language": "python"}));
    });
}
