//! What a run leaves is not there for the next one on the same runner, in the languages whose
//! attacks `tests/attacks/` does not have.

use crate::harness::{Server, check, marker, processes, setups};
use serde_json::json;

/// Leaves files wherever it may, a listener, and a process that holds on.
const LEAVE: [(&str, &str); 3] = [
    (
        "bash",
        "export LEFT=1\nfor it in /work /tmp /dev/shm; do echo left > $it/left; done\n\
         cd /tmp && mkfifo pipe && ln -s /etc link\n(trap '' TERM HUP; setsid bash -c 'sleep 60; :' \"$1\" >/dev/null 2>&1) &\n\
         sleep 0.05\necho left",
    ),
    (
        "c",
        "#include <stdio.h>\n#include <string.h>\n#include <unistd.h>\n#include <sys/socket.h>\n#include <netinet/in.h>\n\
         int main(int c, char** v) { const char* all[] = {\"/work/left\", \"/tmp/left\", \"/dev/shm/left\"};\n\
         for (int i = 0; i < 3; i++) { FILE* f = fopen(all[i], \"w\"); fputs(\"left\", f); fclose(f); }\n\
         struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(4711)}; int s = socket(AF_INET, SOCK_STREAM, 0);\n\
         if (bind(s, (void*)&a, sizeof a) || listen(s, 1)) return 9;\n\
         if (!fork()) { setsid(); close(0), close(1), close(2); for (;;) pause(); } puts(\"left\"); }",
    ),
    (
        "javascript",
        "const fs = require('fs'), { spawn } = require('child_process')\n\
         for (const it of ['/work', '/tmp', '/dev/shm']) fs.writeFileSync(it + '/left', 'left')\n\
         const words = ['-c', 'sleep 60; :', process.argv[2]]\n\
         spawn('bash', words, { detached: true, stdio: 'ignore' }).unref()\n\
         require('net').createServer().listen(4711, () => { console.log('left'); process.exit() })",
    ),
];

/// Prints what it finds of that.
const LOOK: [(&str, &str); 3] = [
    (
        "bash",
        "shopt -s nullglob dotglob\necho /work/* /tmp/* /dev/shm/* $LEFT\nps=(/proc/[0-9]*)\necho ${#ps[@]}\n\
         (exec 3<>/dev/tcp/127.0.0.1/4711) 2>/dev/null && echo open || echo closed",
    ),
    (
        "c",
        "#define _GNU_SOURCE\n#include <dirent.h>\n#include <stdio.h>\n#include <stdlib.h>\n#include <sys/socket.h>\n#include <netinet/in.h>\n\
         static int visible(const struct dirent* e) { return e->d_name[0] != '.'; }\n\
         static int number(const struct dirent* e) { return e->d_name[0] >= '0' && e->d_name[0] <= '9'; }\n\
         int main(void) { const char* all[] = {\"/work\", \"/tmp\", \"/dev/shm\"}; struct dirent** found; int first = 1;\n\
         for (int i = 0; i < 3; i++) { int n = scandir(all[i], &found, visible, alphasort);\n\
         for (int k = 0; k < n; k++) { printf(first ? \"%s/%s\" : \" %s/%s\", all[i], found[k]->d_name); first = 0; } }\n\
         printf(\"\\n%d\\n\", scandir(\"/proc\", &found, number, alphasort));\n\
         struct sockaddr_in a = {.sin_family = AF_INET, .sin_port = htons(4711)}; int s = socket(AF_INET, SOCK_STREAM, 0);\n\
         puts(connect(s, (void*)&a, sizeof a) ? \"closed\" : \"open\"); }",
    ),
    (
        "javascript",
        "const fs = require('fs')\n\
         console.log(['/work', '/tmp', '/dev/shm'].flatMap(it => fs.readdirSync(it).map(name => it + '/' + name)).join(' '))\n\
         console.log(fs.readdirSync('/proc').filter(name => /^[0-9]/.test(name)).length)\n\
         require('net').connect(4711).on('connect', () => { console.log('open'); process.exit() }).on('error', () => console.log('closed'))",
    ),
];

#[test]
fn the_next_run_on_the_runner_is_clean() {
    for setup in setups() {
        let flags = [
            "--min-idle",
            "1",
            "--max-runners",
            "1",
            "--languages",
            "bash,c,js",
        ];
        let server = Server::with(setup, &flags);
        for ((language, leave), (_, look)) in LEAVE.into_iter().zip(LOOK) {
            let clean = server.execute(language, &json!({ "code": look }));
            for _ in 0..2 {
                let mark = marker("left");
                let request = json!({"code": leave, "args": [mark]});
                let answer = server.execute(language, &request);
                check(
                    language,
                    &answer,
                    &json!({"status": "ok", "stdout": "left\n"}),
                );
                assert!(processes::marked(&mark).is_empty(), "{language}");
                let answer = server.execute(language, &json!({ "code": look }));
                // As before: its own files, its own processes, nobody who listens.
                let expected =
                    json!({"status": "ok", "stdout": clean["stdout"], "stderr": clean["stderr"]});
                check(&format!("after it, {language}"), &answer, &expected);
            }
            let stdout = clean["stdout"].as_str().unwrap_or_default();
            assert!(
                stdout.ends_with("closed\n") && !stdout.contains("left"),
                "{stdout}"
            );
            assert_eq!(server.pool(language)["created_total"], 1, "{language}");
        }
    }
}
