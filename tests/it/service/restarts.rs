//! Restarts while others ask: with a socket that outlives the server nobody notices; and what the
//! next server tells of the last one.

use super::load::{Client, Tally};
use crate::harness::{Options, Server, Setup, marker, processes, usual, wait_for};
use serde_json::json;
use std::fs;
use std::net::TcpListener;
use std::os::fd::OwnedFd;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// A socket as a service manager holds it.
fn socket() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let port = listener.local_addr().expect("an address").port();
    (listener, port)
}

fn handed(listener: &TcpListener, args: &[&str]) -> Server {
    let mut options = Options::new(Setup::Own, args);
    let copy = listener.try_clone().expect("a descriptor");
    options.socket = Some(std::sync::Arc::new(OwnedFd::from(copy)));
    Server::launch(&options)
}

#[test]
fn a_rolling_restart_under_load_fails_no_request() {
    let (listener, port) = socket();
    let args = ["--languages", "python", "--queue", "1000"];
    let (tally, enough) = (Tally::default(), AtomicBool::new(false));
    let mut server = handed(&listener, &args);
    assert_eq!(server.port, port);
    let mut restarts = 0;
    std::thread::scope(|scope| {
        let clients: Vec<_> = (0..50)
            .map(|_| scope.spawn(|| Client::new(port).ask_until(&tally, &enough)))
            .collect();
        while restarts < 4 || tally.requests() < 20_000 {
            assert!(!clients.iter().all(|client| client.is_finished()));
            std::thread::sleep(Duration::from_millis(500));
            processes::signal(server.pid(), "TERM");
            let status = server.wait_for_exit(Duration::from_secs(60));
            assert_eq!(status.code(), Some(0), "{}", server.log());
            server = handed(&listener, &args);
            restarts += 1;
        }
        enough.store(true, Ordering::Relaxed);
    });
    tally.assert_no_failure();
    assert!(tally.requests() >= 20_000, "{}", tally.requests());
    let refused = tally.refused.into_inner();
    assert_eq!(
        (refused, tally.nobody.into_inner()),
        (0, 0),
        "nobody is refused"
    );
    eprintln!(
        "{restarts} restarts in {} requests",
        tally.answered.into_inner()
    );
}

#[test]
fn runners_do_not_inherit_the_socket() {
    let (listener, port) = socket();
    let server = handed(&listener, &["--languages", "python"]);
    server.wait_until_full("python", 2);
    assert_eq!(
        server.execute("python", &json!({"code": "print(1)"}))["stdout"],
        "1\n"
    );
    let inode = |pid: u32| -> Vec<String> {
        let fds = fs::read_dir(format!("/proc/{pid}/fd"))
            .into_iter()
            .flatten()
            .flatten();
        let links = fds.filter_map(|fd| fs::read_link(fd.path()).ok());
        links.map(|link| link.display().to_string()).collect()
    };
    let tables = fs::read_to_string("/proc/net/tcp").expect("it can be read");
    let address = format!("0100007F:{port:04X} 00000000:0000 0A");
    let line = tables
        .lines()
        .find(|line| line.contains(&address))
        .expect("it listens");
    let number = line.split_whitespace().nth(9).expect("an inode");
    let socket = format!("socket:[{number}]");
    assert!(inode(server.pid()).contains(&socket), "the server has it");
    for process in server.family() {
        assert!(
            !inode(process.pid).contains(&socket),
            "{process:?} has it as well"
        );
    }
}

/// A server that notes how it lives, in this folder.
fn noting(folder: &TempDir, owner: &str) -> Options {
    let state = folder.path().display().to_string();
    let mut options = Options::new(usual(), &["--languages", "python", "--state-dir", &state]);
    options.owner = owner.to_owned();
    options
}

#[test]
fn the_next_server_tells_how_the_last_one_ended() {
    let (folder, owner) = (TempDir::new().expect("a folder"), marker("life"));
    let words = "did not end in order";
    let first = Server::start(&noting(&folder, &owner));
    assert!(!first.log().contains(words), "{}", first.log());
    let pid = first.pid();
    processes::signal(pid, "KILL");
    first.wait_for_exit(Duration::from_secs(5));
    let second = Server::start(&noting(&folder, &owner));
    let log = second.log();
    assert!(
        log.contains(words) && log.contains(&format!("pid={pid}")),
        "{log}"
    );
    assert!(
        log.contains("it was killed (SIGKILL, exit code 137)"),
        "{log}"
    );
    processes::signal(second.pid(), "TERM");
    assert_eq!(
        second.wait_for_exit(Duration::from_secs(10)).code(),
        Some(0)
    );
    let third = Server::start(&noting(&folder, &owner));
    assert!(!third.log().contains(words), "{}", third.log());
}

#[test]
fn a_reload_takes_what_can_be_taken_and_refuses_what_is_wrong() {
    let folder = TempDir::new().expect("a folder");
    let file = folder.path().join("warmbox.toml");
    let write = |text: &str| fs::write(&file, text).expect("it can be written");
    write("log_filter = 'info'\n");
    let config = file.display().to_string();
    let server = Server::with(usual(), &["--languages", "python", "--config", &config]);
    let reload = |words: &str| {
        let before = server.log().matches(words).count();
        processes::signal(server.pid(), "HUP");
        wait_for(Duration::from_secs(5), words, || {
            (server.log().matches(words).count() > before).then_some(())
        });
    };
    write("log_filter = 'debug'\nshutdown_timeout = '5s'\nmax_uses = 7\n");
    reload("the configuration was read again");
    let log = server.log();
    assert!(
        log.contains("taken=[\"log_filter\", \"shutdown_timeout\"]"),
        "{log}"
    );
    assert!(
        log.contains("needs_a_restart=[\"the pool's settings\"]"),
        "{log}"
    );
    assert!(!log.contains("DEBUG"), "{log}");
    server.execute("python", &json!({"code": "print(1)"}));
    wait_for(Duration::from_secs(5), "the new filter holds", || {
        server.log().contains("DEBUG").then_some(())
    });
    write("log_filter = 'debug'\nshutdown_timeout = 'for ever'\n");
    reload("the new configuration is wrong; the old one stays");
    assert!(
        server.log().contains("shutdown_timeout"),
        "{}",
        server.log()
    );
    assert_eq!(
        server.execute("python", &json!({"code": "print(2)"}))["stdout"],
        "2\n"
    );
}
