//! What scripts rely on: statuses of pipelines, here-documents, sourced files, the programs beside
//! the shell, and that nothing of theirs goes on.

use crate::harness::{Setup, check, marker, on_each_setup, processes};
use serde_json::json;

#[test]
fn statuses_are_the_shells() {
    on_each_setup(|server| {
        for (code, exit_code, stdout) in [
            ("false | true\necho $? ${PIPESTATUS[0]}", 0, "0 1\n"),
            ("set -euo pipefail\nfalse | true\necho no", 1, ""),
            ("trap 'echo bye' EXIT\nexit 7", 7, "bye\n"),
            ("(exit 5) || echo $?", 0, "5\n"),
            ("no-such-program", 127, ""),
            ("/etc", 126, ""),
            ("if then", 2, ""),
            ("echo $-\n[[ $- != *m* && $- != *i* ]]", 0, "hB\n"),
        ] {
            let answer = server.execute("bash", &json!({ "code": code }));
            let status = if exit_code == 0 {
                "ok"
            } else {
                "runtime_error"
            };
            let expected = json!({
                "status": status, "limit": null, "exit_code": exit_code, "signal": null, "stdout": stdout,
            });
            check(code, &answer, &expected);
        }
        let answer = server.execute("bash", &json!({"code": "kill -TERM $$"}));
        let expected = json!({"status": "runtime_error", "exit_code": null, "signal": "SIGTERM"});
        check("a signal", &answer, &expected);
        let answer = server.execute("bash", &json!({"code": "echo fine\nno-such-program"}));
        let words = json!({"stderr": "main.sh: line 2: no-such-program: command not found\n"});
        check("its line is named", &answer, &words);
    });
}

#[test]
fn what_scripts_are_written_with_works() {
    on_each_setup(|server| {
        for (code, stdout) in [
            (
                "cat <<END\n$((6 * 7)) $HOME $PWD\nEND\ncat <<'END'\n$HOME\nEND\ncat <<< word",
                "42 /tmp /work\n$HOME\nword\n",
            ),
            (
                "diff <(printf '1\\n2\\n') <(printf '1\\n3\\n')\necho $?",
                "2c2\n< 2\n---\n> 3\n1\n",
            ),
            (
                "declare -A seen=([a]=1 [b]=2)\nwords=(x \"y z\")\necho ${#seen[@]} ${#words[@]} \"${words[1]^^}\"",
                "2 2 Y Z\n",
            ),
            (
                "coproc cat\necho hi >&${COPROC[1]}\nread -r line <&${COPROC[0]}\necho $line",
                "hi\n",
            ),
            (
                "s='žluťoučký 🐎'\necho ${#s} ${s^^}\nfor x in {a..c}{1..2}; do printf '%s ' $x; done",
                "11 ŽLUŤOUČKÝ 🐎\na1 a2 b1 b2 c1 c2 ",
            ),
            ("sleep 0.05 &\nwait $!\necho $? $(jobs | wc -l)", "0 0\n"),
            (
                "echo $(seq 1 200000 | tail -n 1) $(seq 5 | paste -sd+ | bc)",
                "200000 15\n",
            ),
        ] {
            let answer = server.execute("sh", &json!({ "code": code }));
            let expected =
                json!({"language": "bash", "status": "ok", "stdout": stdout, "stderr": ""});
            check(code, &answer, &expected);
        }
        let files = json!([
            {"name": "main.sh", "content": ". lib/greet.sh\ngreet \"$@\"\nbash other.sh\nawk -f sum.awk data"},
            {"name": "lib/greet.sh", "content": "greet() { echo \"hello, $1 of ${BASH_SOURCE[0]}\"; }"},
            {"name": "other.sh", "content": "echo other $0"},
            {"name": "sum.awk", "content": "{ n += $1 } END { print n }"},
            {"name": "data", "content": "1\n2\n3\n"},
        ]);
        let answer = server.execute("bash", &json!({"files": files, "args": ["Ada"]}));
        let stdout = "hello, Ada of lib/greet.sh\nother other.sh\n6\n";
        check(
            "several files",
            &answer,
            &json!({"status": "ok", "stdout": stdout}),
        );
    });
}

/// Of this machine's programs nobody knows which there are.
#[test]
fn the_image_has_the_programs_that_are_taught() {
    let code = "for it in awk gawk sed grep find xargs sort uniq cut tr paste join comm tac rev column diff cmp patch bc dc jq \\\n\
        tee seq shuf xxd hexdump od tar gzip base64 md5sum sha256sum date cal env timeout ps pgrep pkill tree stat mktemp; do\n\
        command -v $it >/dev/null || echo \"$it is not there\"\ndone\n\
        command time -f %x true\ngawk 'BEGIN { print gensub(/a(.)/, \"<\\\\1>\", \"g\", \"abac\") }'\n\
        jq -c .b[1] <<< '{\"b\": [1, {\"c\": 2}]}'\nbc -l <<< 'scale=3; 1/3'\nTZ=Europe/Prague date -d @0 +%H:%M";
    on_each_setup(|server| {
        if server.setup != Setup::Docker {
            return;
        }
        let answer = server.execute("bash", &json!({ "code": code }));
        let expected =
            json!({"status": "ok", "stdout": "<b><c>\n{\"c\":2}\n.333\n01:00\n", "stderr": "0\n"});
        check("the image's programs", &answer, &expected);
    });
}

#[test]
fn what_a_script_leaves_in_the_background_ends_with_it() {
    on_each_setup(|server| {
        let mark = marker("left");
        let code = "bash -c 'sleep 60; :' \"$1\" &\nsetsid bash -c 'sleep 60; :' \"$1\" >/dev/null 2>&1 &\n\
            (trap '' TERM HUP; exec -a \"$1\" sleep 60) & disown\nsleep 0.1\necho done";
        let answer = server.execute("bash", &json!({"code": code, "args": [mark]}));
        check(
            "it ends at once",
            &answer,
            &json!({"status": "ok", "stdout": "done\n"}),
        );
        let wall = answer["usage"]["wall_ms"].as_f64().unwrap_or(f64::MAX);
        assert!(wall < 5000.0, "{wall} ms");
        assert!(processes::marked(&mark).is_empty());
    });
}
