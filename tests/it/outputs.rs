//! Files that a request asks for come back, and nothing that is no plain file does.

use crate::harness::{Server, check, on_each_setup, setups};
use serde_json::{Value, json};

fn names(answer: &Value) -> Vec<String> {
    let files = answer["files"].as_array().expect("a list").iter();
    files
        .map(|file| file["name"].as_str().expect("a name").to_owned())
        .collect()
}

#[test]
fn files_come_back_by_their_globs() {
    on_each_setup(|server| {
        let code = "import os\nos.makedirs('out/deep/er')\nfor name in ('a.csv', 'b.txt', 'out/c.csv', 'out/deep/er/d.csv', 'out/e'):\n    \
                    open(name, 'w').write(name)\nopen('raw.bin', 'wb').write(b'\\xff\\x00')\nopen('given.csv', 'a').close()";
        let cases: [(&[&str], &[&str]); 6] = [
            (&["*.csv"], &["a.csv"]),
            (&["**/*.csv"], &["a.csv", "out/c.csv", "out/deep/er/d.csv"]),
            (&["out/**"], &["out/c.csv", "out/deep/er/d.csv", "out/e"]),
            (&["out/?", "b.*"], &["b.txt", "out/e"]),
            (&["nothing"], &[]),
            (&["out"], &[]),
        ];
        for (globs, expected) in cases {
            let request = json!({
                "files": [{"name": "main.py", "content": code}, {"name": "given.csv", "content": "x"}],
                "outputs": globs,
            });
            let answer = server.execute("python", &request);
            check(
                "it ran",
                &answer,
                &json!({"status": "ok", "files_omitted": 0}),
            );
            assert_eq!(names(&answer), expected, "{globs:?}");
        }
        let request = json!({"code": code, "outputs": ["raw.bin", "a.csv"]});
        let files = server.execute("python", &request)["files"].take();
        assert_eq!(
            files[0],
            json!({"name": "a.csv", "content": "a.csv", "encoding": "utf8", "blob": null, "bytes": 5})
        );
        assert_eq!(
            files[1],
            json!({"name": "raw.bin", "content": "/wA=", "encoding": "base64", "blob": null, "bytes": 2})
        );
    });
}

#[test]
fn a_changed_input_comes_back_and_an_unchanged_one_does_not() {
    let server = Server::with(setups()[0], &[]);
    let request = json!({
        "files": [
            {"name": "main.py", "content": "open('a', 'a').write('!')"},
            {"name": "a", "content": "x"}, {"name": "b", "content": "y"},
        ],
        "outputs": ["*"],
    });
    let answer = server.execute("python", &request);
    assert_eq!(names(&answer), ["a"]);
    assert_eq!(answer["files"][0]["content"], "x!");
}

#[test]
fn links_and_special_files_are_left_out_and_counted() {
    on_each_setup(|server| {
        let code = "import os, socket\nopen('plain', 'w').write('x')\nos.symlink('/etc/passwd', 'link')\n\
                    os.symlink('plain', 'inside')\nos.mkfifo('fifo')\nsocket.socket(socket.AF_UNIX).bind('socket')\n\
                    os.mkdir('real')\nopen('real/f', 'w').write('y')\nos.symlink('real', 'folder')\n\
                    open('closed', 'w').write('z')\nos.chmod('closed', 0)\nos.symlink('/', 'root')";
        let answer = server.execute("python", &json!({"code": code, "outputs": ["**"]}));
        let names = names(&answer);
        // A file that its own program cannot read is read by nobody, but root reads all.
        assert!(
            names == ["plain", "real/f"] || names == ["closed", "plain", "real/f"],
            "{answer:#}"
        );
        assert!(
            answer["files_omitted"].as_u64().expect("a number") >= 6,
            "{answer:#}"
        );
    });
}

#[test]
fn too_many_and_too_large_files_are_left_out_and_counted() {
    let server = Server::with(setups()[0], &[]);
    let many = "for n in range(300): open(f'{n:03}', 'w').write('x')";
    let answer = server.execute("python", &json!({"code": many, "outputs": ["*"]}));
    assert_eq!(
        (names(&answer).len(), &answer["files_omitted"]),
        (256, &json!(44))
    );
    let large = "for n in range(3): open(f'{n}', 'wb').write(b'x' * (7 << 20))";
    let answer = server.execute("python", &json!({"code": large, "outputs": ["*"]}));
    assert_eq!(
        (names(&answer).len(), &answer["files_omitted"]),
        (2, &json!(1))
    );
}

#[test]
fn compiled_programs_leave_files_too_and_not_themselves() {
    let server = Server::with(setups()[0], &[]);
    let code = "#include <fstream>\nint main() { std::ofstream(\"out.txt\") << \"hi\"; }";
    let answer = server.execute("cpp", &json!({"code": code, "outputs": ["*"]}));
    assert_eq!(names(&answer), ["out.txt"]);
}

#[test]
fn a_glob_that_is_none_is_refused() {
    let server = Server::with(setups()[0], &[]);
    for glob in ["", "/etc/*", "{a,b}", &"x".repeat(300)] {
        let reply = server.post_json(
            "/execute/python",
            &json!({"code": "1", "outputs": ["ok", glob]}),
        );
        assert_eq!(
            (reply.status, &reply.json()["field"]),
            (422, &json!("outputs[1]")),
            "{glob}"
        );
    }
}
