//! A server that asks for keys, as its operator makes them and its clients use them; and requests
//! that are sent again.

use crate::harness::{
    ONE_PYTHON, Options, Server, Setup, check, marker, open_folder, output_of, processes, program,
    read_to_end, usual, wait_for,
};
use serde_json::json;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::time::Duration;
use tempfile::TempDir;

const TOKEN: &str = "an-admin-token-for-tests";

/// A keys file and an admin token's, of the owner alone.
struct Files {
    folder: TempDir,
    secret: String,
}

impl Files {
    /// With one key, made as an operator makes it.
    fn with_key(words: &[&str]) -> Self {
        let folder = open_folder();
        let mut command = program(usual(), folder.path());
        let output = output_of(command.arg("key").args(words), Duration::from_secs(10));
        assert!(output.status.success(), "{output:?}");
        let secret = String::from_utf8(output.stderr).expect("UTF-8");
        assert_eq!(secret.lines().count(), 1, "{secret}");
        let files = Self {
            folder,
            secret: secret.trim_end().to_owned(),
        };
        files.write("keys.toml", &output.stdout);
        files.write("token", TOKEN.as_bytes());
        files
    }

    fn write(&self, name: &str, text: &[u8]) {
        let path = self.folder.path().join(name);
        fs::write(&path, text).expect("it is ours");
        fs::set_permissions(&path, PermissionsExt::from_mode(0o600)).expect("it is ours");
    }

    fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    fn server(&self) -> Server {
        let (keys, token) = (self.path("keys.toml"), self.path("token"));
        let args = ["--keys-file", &keys, "--admin-token-file", &token];
        Server::start(&Options::new(usual(), &args))
    }
}

fn end_of(setup: Setup, folder: &Path, args: &[&str]) -> (Option<i32>, String) {
    let output = output_of(program(setup, folder).args(args), Duration::from_secs(30));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    (output.status.code(), text)
}

#[test]
fn a_key_opens_what_is_closed_without() {
    let files = Files::with_key(&["site"]);
    let server = files.server();
    let bearer = format!("Bearer {}", files.secret);
    let admin = format!("Bearer {TOKEN}");
    for (headers, status, code) in [
        (&[][..], 401, "key_missing"),
        (&[("authorization", "Bearer wbx_wrong")], 401, "key_unknown"),
        (&[("authorization", bearer.as_str())], 200, ""),
        (&[("x-api-key", files.secret.as_str())], 200, ""),
    ] {
        let run = [&[("content-type", "text/plain")], headers].concat();
        let ran = server.post("/execute/python", &run, b"print(1)");
        let looked = server.get_with("/pool/stats", headers);
        for reply in [ran, looked] {
            assert_eq!(reply.status, status, "{headers:?}: {}", reply.text);
            assert_eq!(reply.json()["code"].as_str().unwrap_or(""), code);
        }
    }
    let reply = server.get_with("/pool/stats", &[("authorization", &admin)]);
    assert_eq!(reply.status, 200);
    assert_eq!(server.get("/livez").status, 200);
    let reply = server.get_with("/admin/nothing", &[("authorization", &bearer)]);
    assert_eq!(reply.json()["code"], "admin_token_wrong");
    assert_eq!(reply.header("www-authenticate"), "Bearer realm=\"warmbox\"");

    // The command line's own client, and what the log says of all this.
    files.write("hi.py", b"print('hi')");
    let args = ["client", "--url", &server.url, &files.path("hi.py")];
    let (code, text) = end_of(usual(), files.folder.path(), &args);
    assert!(
        code == Some(1) && text.contains("API key"),
        "{code:?} {text}"
    );
    let args = [&args[..], &["--key", &files.secret]].concat();
    assert_eq!(end_of(usual(), files.folder.path(), &args).0, Some(0));
    let log = server.log();
    assert!(log.contains("warmbox::audit") && log.contains("site"));
    assert!(!log.contains("wbx_") && !log.contains(TOKEN), "{log}");
}

/// 8 MiB that nobody wants, from a client that reads when it has written all.
#[test]
fn a_client_without_a_key_gets_its_answer() {
    let server = Files::with_key(&["site"]).server();
    let size = 8 << 20;
    let head = format!(
        "POST /execute/cpp HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: text/plain\r\n\
         content-length: {size}\r\n\r\n"
    );
    let answer = read_to_end(server.send(&(head + &"x".repeat(size))));
    assert!(answer.starts_with("HTTP/1.1 401 "), "{answer}");
}

#[test]
fn a_key_has_limits() {
    let limits = ["--requests-per-minute", "2", "--concurrency", "1"];
    let files = Files::with_key(&[&["site"][..], &limits].concat());
    let server = files.server();
    let mark = marker("slow");
    let slow = format!("{}import time\ntime.sleep(60)", processes::named(&mark));
    let head = format!(
        "POST /execute/python HTTP/1.1\r\nhost: x\r\nx-api-key: {}\r\ncontent-type: text/plain\r\n\
         content-length: {}\r\n\r\n",
        files.secret,
        slow.len()
    );
    let running = server.send(&(head + &slow));
    processes::wait_for_marked(&mark);
    let headers = [("content-type", "text/plain"), ("x-api-key", &files.secret)];
    let ask = || server.post("/execute/python", &headers, b"print(1)");
    let reply = ask();
    let expected = json!({"status": 429, "code": "too_many_at_once", "key": "site", "limit": 1});
    check("while one runs", &reply.json(), &expected);
    assert_eq!(reply.header("retry-after"), "1");
    // A client that goes away makes room.
    drop(running);
    let reply = wait_for(Duration::from_secs(10), "there is room again", || {
        Some(ask()).filter(|reply| reply.status == 200)
    });
    assert_eq!(reply.header("ratelimit"), "\"default\";r=0;t=30");
    assert_eq!(reply.header("ratelimit-policy"), "\"default\";q=2;w=60");
    let reply = ask();
    let expected = json!({"status": 429, "code": "rate_limited", "key": "site", "limit": 2});
    check("after two", &reply.json(), &expected);
    let wait: u32 = reply.header("retry-after").parse().expect("seconds");
    assert!((1..=30).contains(&wait), "{wait}");
}

#[test]
fn a_wrong_file_ends_the_start() {
    let files = Files::with_key(&["site"]);
    let (keys, token) = (files.path("keys.toml"), files.path("token"));
    let args = ["serve", "--port", "0", "--keys-file", &keys];
    let with_token = [&args[..], &["--admin-token-file", &token]].concat();
    let ends = |args: &[&str], words: &[&str]| {
        let (code, text) = end_of(usual(), files.folder.path(), args);
        assert_eq!(code, Some(2), "{text}");
        assert!(words.iter().all(|word| text.contains(word)), "{text}");
    };
    files.write("token", b"short");
    ends(&with_token, &[&token, "shorter than 16 bytes"]);
    files.write(
        "keys.toml",
        b"[[key]]\nname = \"a\"\nsha256 = \"wbx_secret\"\n",
    );
    ends(&args, &[&keys, "key 1 (\"a\")", "sha256", "64 hex digits"]);
    fs::remove_file(&keys).expect("it is there");
    ends(&args, &["cannot read the keys file", &keys]);
}

#[test]
fn a_request_that_is_sent_again_is_not_executed_again() {
    let server = Server::shared(usual());
    let mark = marker("once");
    let code = format!(
        "{}import time\ntime.sleep(2)\nprint('done')",
        processes::named(&mark)
    );
    let head = format!(
        "POST /execute/python HTTP/1.1\r\nhost: x\r\nidempotency-key: {mark}\r\n\
         content-type: text/plain\r\ncontent-length: {}\r\n\r\n",
        code.len()
    );
    let lost = server.send(&(head + &code));
    processes::wait_for_marked(&mark);
    drop(lost);
    let headers = [("content-type", "text/plain"), ("idempotency-key", &mark)];
    let ask = |body: &str| server.post("/execute/python", &headers, body.as_bytes());
    let first = ask(&code);
    let expected = json!({"status": "ok", "stdout": "done\n"});
    check("asked again while it ran", &first.json(), &expected);
    let second = ask(&code);
    for reply in [&first, &second] {
        assert_eq!(reply.header("idempotency-replayed"), "true");
    }
    assert_eq!(first.text, second.text);
    let other = ask("print(1)").json();
    check(
        "another body",
        &other,
        &json!({"code": "idempotency_key_reused"}),
    );
}

#[test]
fn one_key_with_many_requests_does_not_hold_up_another() {
    let files = Files::with_key(&["many"]);
    let other = Files::with_key(&["few"]);
    let both = [
        fs::read(files.path("keys.toml")),
        fs::read(other.path("keys.toml")),
    ];
    let both: Vec<u8> = both
        .into_iter()
        .flat_map(|text| text.expect("it is ours"))
        .collect();
    files.write("keys.toml", &both);
    let keys = files.path("keys.toml");
    let mut args = vec!["--keys-file", &*keys, "--queue-timeout", "60s"];
    args.extend(ONE_PYTHON);
    let server = Server::launch(&Options::new(usual(), &args));
    wait_for(Duration::from_secs(30), "it is ready", || {
        (server.get("/readyz").status == 200).then_some(())
    });
    let done = std::sync::atomic::AtomicU32::new(0);
    let ask = |secret: &str, code: &str| {
        let headers = [("content-type", "text/plain"), ("x-api-key", secret)];
        let reply = server.post("/execute/python", &headers, code.as_bytes());
        assert_eq!(reply.status, 200, "{}", reply.text);
        done.fetch_add(1, std::sync::atomic::Ordering::SeqCst)
    };
    let before = std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| ask(&files.secret, "import time\ntime.sleep(0.2)"));
        }
        std::thread::sleep(Duration::from_millis(300));
        let few: Vec<_> = (0..2)
            .map(|_| scope.spawn(|| ask(&other.secret, "print(1)")))
            .collect();
        let last = few
            .into_iter()
            .map(|asked| asked.join().expect("an answer"));
        last.max().expect("two")
    });
    assert!(before < 10, "both came after {before} others");
}
