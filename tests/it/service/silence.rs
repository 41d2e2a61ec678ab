//! What must not end a service, or its words, in silence.

use crate::harness::{Options, Server, processes, read_to_end, usual, wait_for};
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::sync::Arc;
use std::time::Duration;

/// A server whose log goes there, at every word.
fn logging_to(place: impl Into<OwnedFd>) -> Server {
    let args = [
        "--languages",
        "python",
        "--log-filter",
        "trace",
        "--heartbeat",
        "1s",
    ];
    let mut options = Options::new(usual(), &args);
    options.log_to = Some(Arc::new(place.into()));
    Server::start(&options)
}

/// One of the figures at /metrics.
pub(super) fn figure(server: &Server, name: &str) -> f64 {
    let text = server.get("/metrics").text;
    let line = text.lines().find_map(|line| line.strip_prefix(name));
    let value = line.and_then(|line| line.trim().parse().ok());
    value.unwrap_or_else(|| panic!("{name} is not in\n{text}"))
}

/// It goes on, answers quickly, and says how much was lost.
fn assert_lost_and_well(server: &Server) {
    wait_for(
        Duration::from_secs(30),
        "lines are lost, and counted",
        || {
            for _ in 0..100 {
                assert_eq!(server.get("/livez").status, 200);
            }
            (figure(server, "warmbox_log_lines_lost_total ") > 0.0).then_some(())
        },
    );
    assert_eq!(
        server.execute("python", &json!({"code": "print(1)"}))["stdout"],
        "1\n"
    );
    let health = server.get("/health").json();
    let parts = health["parts"].as_array().expect("parts");
    let log = parts
        .iter()
        .find(|part| part["name"] == "log")
        .expect("a part");
    assert_eq!(log["state"], "degraded", "{log}");
    assert!(
        log["detail"]
            .as_str()
            .is_some_and(|it| it.contains("lines were lost")),
        "{log}"
    );
    processes::signal(server.pid(), "TERM");
    let status = server.wait_for_exit(Duration::from_secs(15));
    assert_eq!(status.code(), Some(0));
}

#[test]
fn a_log_whose_disk_is_full_costs_lines_only() {
    let full = OpenOptions::new()
        .write(true)
        .open("/dev/full")
        .expect("Linux has it");
    assert_lost_and_well(&logging_to(full));
}

#[test]
fn a_log_that_nobody_reads_any_more_costs_lines_only() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    let server = logging_to(writer);
    drop(reader);
    assert_lost_and_well(&server);
}

#[test]
fn a_log_whose_reader_hangs_costs_lines_only() {
    let (mut reader, writer) = std::io::pipe().expect("a pipe");
    let server = logging_to(writer);
    // Filled, and never read while the server is at work.
    wait_for(
        Duration::from_secs(60),
        "the queue of lines is full",
        || {
            for _ in 0..200 {
                assert_eq!(server.get("/livez").status, 200);
            }
            (figure(&server, "warmbox_log_lines_lost_total ") > 0.0).then_some(())
        },
    );
    assert_eq!(
        server.execute("python", &json!({"code": "print(1)"}))["stdout"],
        "1\n"
    );
    processes::signal(server.pid(), "TERM");
    let status = server.wait_for_exit(Duration::from_secs(15));
    assert_eq!(status.code(), Some(0));
    drop(server);
    let mut text = String::new();
    reader.read_to_string(&mut text).expect("it can be read");
    assert!(text.contains("the service begins"));
}

#[test]
fn a_heartbeat_says_how_it_is() {
    let args = [
        "--languages",
        "python",
        "--heartbeat",
        "1s",
        "--log-format",
        "json",
    ];
    let server = Server::with(usual(), &args);
    server.execute("python", &json!({"code": "print(1)"}));
    let line = wait_for(Duration::from_secs(10), "a heartbeat", || {
        let log = server.log();
        let beats = log.lines().filter(|line| line.contains("\"heartbeat\""));
        beats.map(str::to_owned).next_back()
    });
    let beat: serde_json::Value = serde_json::from_str(&line).expect("JSON");
    assert_eq!(beat["state"], "running", "{beat}");
    for figure in [
        "uptime_s",
        "runners",
        "busy",
        "waiting",
        "memory_mib",
        "descriptors",
    ] {
        assert!(beat[figure].is_u64(), "{figure} in {beat}");
    }
}

#[test]
fn a_start_that_comes_to_nothing_ends_with_a_code_of_its_own_and_says_why() {
    let folder = tempfile::tempdir().expect("a folder");
    let language = folder.path().join("nothing");
    std::fs::create_dir(&language).expect("a folder");
    let definition = "title = 'Nothing'\nmain_file = 'main.no'\nsource_endings = ['no']\nneeds = 'no-such-program'\n\
                      [version]\nargv = ['no-such-program']\n[run]\nargv = ['no-such-program', '{main}']\n";
    std::fs::write(language.join("language.toml"), definition).expect("it can be written");
    let dir = folder.path().display().to_string();
    let args = [
        "--languages",
        "nothing",
        "--languages-dir",
        &dir,
        "--start-timeout",
        "2s",
    ];
    let server = Server::launch(&Options::new(usual(), &args));
    let status = server.wait_for_exit(Duration::from_secs(60));
    assert_eq!(status.code(), Some(4), "{}", server.log());
    let log = server.log();
    let last = log.lines().last().expect("a last line");
    assert!(
        last.starts_with("warmbox: nothing can be executed 2 s after the start: "),
        "{last}"
    );
    let why = "no no-such-program in /usr/local/bin, /usr/bin or /bin of this machine";
    assert!(last.contains(why), "{last}");
}

#[test]
fn a_service_manager_is_told_of_readiness_life_and_stop() {
    let folder = crate::harness::open_folder();
    let path = folder.path().join("notify");
    let socket = std::os::unix::net::UnixDatagram::bind(&path).expect("a socket");
    socket
        .set_read_timeout(Some(Duration::from_secs(20)))
        .expect("a deadline");
    let mut options = Options::new(crate::harness::Setup::Own, &["--languages", "python"]);
    options.env = vec![
        ("NOTIFY_SOCKET".into(), path.display().to_string()),
        ("WATCHDOG_USEC".into(), "1000000".into()),
    ];
    let server = Server::start(&options);
    let hear = |word: &str| {
        let mut bytes = [0; 4096];
        loop {
            let size = socket
                .recv(&mut bytes)
                .unwrap_or_else(|error| panic!("{word}: {error}"));
            let text = String::from_utf8_lossy(&bytes[..size]).into_owned();
            if text.contains(word) {
                return text;
            }
        }
    };
    let ready = hear("READY=1");
    assert!(
        ready.contains("STATUS=serves at http://127.0.0.1:"),
        "{ready}"
    );
    hear("WATCHDOG=1");
    hear("WATCHDOG=1");
    processes::signal(server.pid(), "HUP");
    hear("RELOADING=1");
    hear("READY=1");
    // A process that does nothing is not alive.
    processes::signal(server.pid(), "STOP");
    std::thread::sleep(Duration::from_millis(200));
    socket.set_nonblocking(true).expect("a mode");
    while socket.recv(&mut [0; 4096]).is_ok() {}
    std::thread::sleep(Duration::from_secs(2));
    assert!(
        socket.recv(&mut [0; 4096]).is_err(),
        "it says that it lives"
    );
    socket.set_nonblocking(false).expect("a mode");
    processes::signal(server.pid(), "CONT");
    hear("WATCHDOG=1");
    let running = server.send_and_hold("python", &json!({"code": "print('last')"}));
    assert!(read_to_end(running).contains("last\\n"));
    processes::signal(server.pid(), "TERM");
    hear("STOPPING=1");
    assert_eq!(
        server.wait_for_exit(Duration::from_secs(10)).code(),
        Some(0)
    );
}
