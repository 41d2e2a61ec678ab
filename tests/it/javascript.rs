//! What Node.js has to find in a sandbox: its ways to read input, modules, threads, WebAssembly, and
//! limits that are the run's and not V8's own.

use crate::harness::{check, on_each_setup};
use serde_json::json;

#[test]
fn input_can_be_read_in_every_way() {
    let lines = "const lines = require('readline').createInterface({ input: process.stdin });\n";
    let events = format!("{lines}lines.on('line', line => console.log(`<${{line}}>`))");
    let loops = format!(
        "{lines}(async () => {{ for await (const line of lines) console.log(`<${{line}}>`) }})()"
    );
    let rows = [
        "const fs = require('fs')\nfor (const line of fs.readFileSync(0, 'utf8').split('\\n')) console.log(`<${line}>`)",
        "const fs = require('fs')\nfor (const line of fs.readFileSync('/dev/stdin', 'utf8').split('\\n')) console.log(`<${line}>`)",
        "let all = ''\nprocess.stdin.setEncoding('utf8').on('data', part => all += part)\n\
         process.stdin.on('end', () => all.split('\\n').forEach(line => console.log(`<${line}>`)))",
        &events,
        &loops,
    ];
    on_each_setup(|server| {
        for code in rows {
            let answer = server.execute("js", &json!({"code": code, "stdin": "ü 1\nb"}));
            let expected = json!({"status": "ok", "stdout": "<ü 1>\n<b>\n", "stderr": ""});
            check(code, &answer, &expected);
        }
        let count = "process.stdin.on('data', part => n += part.length).on('end', () => console.log(n))\nlet n = 0";
        for size in [0, 5_000_000] {
            let request = json!({"code": count, "stdin": "x".repeat(size)});
            let answer = server.execute("js", &request);
            check("its size", &answer, &json!({"stdout": format!("{size}\n")}));
        }
    });
}

#[test]
fn modules_of_both_kinds_find_each_other() {
    let common = json!([
        {"name": "main.js", "content": "const { twice } = require('./lib/a')\nconsole.log(twice(require('./d.json').n), __filename)"},
        {"name": "lib/a.js", "content": "exports.twice = n => 2 * n"},
        {"name": "d.json", "content": "{\"n\": 21}"},
    ]);
    let modern = json!([
        {"name": "main.mjs", "content": "import fs from 'fs'\nimport { twice } from './lib/a.mjs'\nimport old from './old.cjs'\n\
            const { late } = await import('./late.mjs')\nconsole.log(twice(21), old.n, late, typeof fs.readFileSync)"},
        {"name": "lib/a.mjs", "content": "export const twice = n => 2 * n"},
        {"name": "late.mjs", "content": "export const late = await Promise.resolve('late')"},
        {"name": "old.cjs", "content": "exports.n = 1"},
    ]);
    let package = json!([
        {"name": "main.js", "content": "import { n } from './a.js'\nconsole.log(n)"},
        {"name": "a.js", "content": "export const n = 3"},
        {"name": "package.json", "content": "{\"type\": \"module\"}"},
    ]);
    on_each_setup(|server| {
        for (files, stdout) in [
            (&common, "42 /work/main.js\n"),
            (&modern, "42 1 late function\n"),
            (&package, "3\n"),
        ] {
            let answer = server.execute("javascript", &json!({ "files": files }));
            let expected = json!({"status": "ok", "stdout": stdout, "stderr": ""});
            check(stdout, &answer, &expected);
        }
    });
}

#[test]
fn all_that_was_written_comes_whatever_ends_the_program() {
    let lines: String = (0..50_000).map(|i| format!("line {i}\n")).collect();
    on_each_setup(|server| {
        for (code, stdout, exit_code) in [
            (
                "process.stdout.write('x'.repeat(900000))\nprocess.exit(0)",
                "x".repeat(900_000),
                0,
            ),
            (
                "for (let i = 0; i < 50000; i++) console.log('line', i)\nprocess.exit(3)",
                lines.clone(),
                3,
            ),
            (
                "for (let i = 0; i < 50000; i++) console.log('line', i)\nthrow 1",
                lines.clone(),
                1,
            ),
        ] {
            let answer = server.execute("js", &json!({ "code": code }));
            let whole = answer["stdout"].as_str() == Some(&stdout);
            assert!(whole, "{code}: {} bytes", answer["stdout_bytes"]);
            let expected = json!({"exit_code": exit_code, "truncated": false});
            check(code, &answer, &expected);
        }
        let code = "console.log('a')\nconsole.error('b')\nconsole.log('c')";
        let answer = server.execute("js", &json!({ "code": code }));
        check("in its order", &answer, &json!({"output": "a\nb\nc\n"}));
    });
}

#[test]
fn failures_are_told_as_node_tells_them() {
    on_each_setup(|server| {
        for (code, parts) in [
            (
                "null.x",
                &[
                    "/work/main.js:1",
                    "TypeError: Cannot read properties of null",
                ][..],
            ),
            ("let x = ;", &["/work/main.js:1", "SyntaxError"]),
            (
                "Promise.reject(new Error('nobody waits'))",
                &["Error: nobody waits\n    at Object.<anonymous> (/work/main.js:1:16)"],
            ),
            ("require('./absent')", &["Cannot find module './absent'"]),
        ] {
            let answer = server.execute("js", &json!({ "code": code }));
            let expected = json!({
                "status": "runtime_error", "limit": null, "exit_code": 1, "signal": null, "stderr": {"has": parts},
            });
            check(code, &answer, &expected);
        }
        let code = "process.kill(process.pid, 'SIGTERM')\nsetInterval(() => 0, 1000)";
        let answer = server.execute("js", &json!({ "code": code }));
        let expected = json!({"status": "runtime_error", "exit_code": null, "signal": "SIGTERM"});
        check("a signal", &answer, &expected);
    });
}

#[test]
fn what_programs_use_is_there() {
    let wasm = "const bytes = new Uint8Array([0, 97, 115, 109, 1, 0, 0, 0, 1, 7, 1, 96, 2, 127, 127, 1, 127, 3, 2, 1, 0, 7, 7,\n\
        1, 3, 97, 100, 100, 0, 0, 10, 9, 1, 7, 0, 32, 0, 32, 1, 106, 11])\n\
        WebAssembly.instantiate(bytes).then(it => console.log(it.instance.exports.add(40, 2)))";
    let rows = [
        (wasm, "42\n"),
        (
            "const fs = require('fs').promises\nfs.writeFile('/tmp/a', 'x').then(() => fs.readFile('/tmp/a', 'utf8')).then(console.log)",
            "x\n",
        ),
        (
            "console.log(require('child_process').execSync('echo $((6 * 7))').toString().trim())",
            "42\n",
        ),
        (
            "const server = require('http').createServer((_, reply) => reply.end('here'))\n\
             server.listen(0, () => require('http').get({ port: server.address().port }, reply =>\n\
             reply.on('data', part => console.log(String(part))).on('end', () => server.close())))",
            "here\n",
        ),
        (
            "console.log(require('crypto').createHash('sha256').update('a').digest('hex').slice(0, 8), 2n ** 70n)",
            "ca978112 1180591620717411303424n\n",
        ),
        (
            "console.log(new Intl.NumberFormat('de').format(1234567.5), 'žluť'.normalize('NFD').length, '🐎'.length)",
            "1.234.567,5 6 2\n",
        ),
        (
            "function down(n) { return down(n + 1) + 1 }\ntry { down(0) } catch (e) { console.log(e.name) }",
            "RangeError\n",
        ),
        (
            "const start = Date.now()\nsetTimeout(() => console.log(Date.now() - start >= 49), 50)",
            "true\n",
        ),
    ];
    on_each_setup(|server| {
        for (code, stdout) in rows {
            let answer = server.execute("node", &json!({ "code": code }));
            let expected = json!({"status": "ok", "stdout": stdout, "stderr": ""});
            check(code, &answer, &expected);
        }
    });
}

/// V8 has bounds of its own, from the machine's memory: it would collect too late for the run's
/// limit, or give up with SIGABRT where the limit allows more.
#[test]
fn the_limit_of_memory_is_the_runs() {
    let kept = "const live = []\nfor (let i = 0; i < 1e6; i++) live.push({ a: i, b: 's' + i })\n\
        for (let r = 0; r < 4; r++) for (let i = 0; i < 1e6; i++) live[i] = { a: i + r, b: 't' + (i + r) }\n\
        console.log(live.length)";
    let bombs = [
        "const all = []\nfor (;;) all.push({ n: all.length })",
        "const all = []\nfor (;;) all.push(Buffer.alloc(1 << 20, 1))",
        "console.log(new Array(100e6).fill(1.5).length)",
        "const all = new Map()\nfor (let i = 0;; i++) all.set(i, 'x' + i)",
    ];
    on_each_setup(|server| {
        let slow = json!({"wall_ms": 60_000, "cpu_ms": 30_000});
        let answer = server.execute("js", &json!({"code": kept, "limits": slow}));
        check(
            "90 MB in use",
            &answer,
            &json!({"status": "ok", "stdout": "1000000\n"}),
        );
        for code in bombs {
            for mib in [64, 256] {
                let limits =
                    json!({"memory_bytes": mib << 20, "wall_ms": 60_000, "cpu_ms": 30_000});
                let answer = server.execute("js", &json!({"code": code, "limits": limits}));
                let expected =
                    json!({"status": "memory_limit", "limit": "memory_bytes", "signal": null});
                check(&format!("{mib} MiB: {code}"), &answer, &expected);
            }
        }
        // More than V8 would take by itself on a small machine.
        let much = "const all = []\nfor (let i = 0; i < 90; i++) all.push(new Array(1e6).fill(i + 0.5))\nconsole.log(all.length)";
        let limits = json!({"memory_bytes": 1 << 30, "wall_ms": 60_000, "cpu_ms": 30_000});
        let answer = server.execute("js", &json!({"code": much, "limits": limits}));
        check(
            "720 MB in use",
            &answer,
            &json!({"status": "ok", "stdout": "90\n"}),
        );
    });
}
