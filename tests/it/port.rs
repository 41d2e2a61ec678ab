//! The accidents with ports that this server exists to prevent, each with a real second process.

use crate::harness::{
    Server, Setup, containers, marker, open_folder, output_of, processes, program, setups, usual,
    wait_for,
};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

/// A stale server of somebody else's, on one address.
struct Stranger {
    child: Child,
    at: SocketAddr,
}

impl Stranger {
    /// `None` where this machine has no such address.
    fn on(ip: &str) -> Option<Self> {
        let ip: IpAddr = ip.parse().expect("an address");
        // A port that is free on every address: ours is to be free but for the stranger.
        let free = TcpListener::bind((ip, 0)).ok()?.local_addr().ok()?;
        let child = Command::new("python3")
            .args([
                "-m",
                "http.server",
                &free.port().to_string(),
                "--bind",
                &ip.to_string(),
            ])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("python3 starts");
        let stranger = Self { child, at: free };
        wait_for(Duration::from_secs(10), "the stranger listens", || {
            TcpStream::connect(free).ok()
        });
        Some(stranger)
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Starts a server that is expected to refuse, and answers its last words.
fn refused_start(setup: Setup, host: &str, port: u16) -> Output {
    let (folder, owner) = (open_folder(), marker("refused"));
    let mut command = program(setup, folder.path());
    command
        .args(["serve", "--host", host, "--port", &port.to_string()])
        .env("WARMBOX_OWNER", &owner);
    let output = output_of(&mut command, Duration::from_secs(20));
    if setup == Setup::Docker {
        // Some refusals come when the first runners are being made.
        wait_for(Duration::from_secs(2), "no container is left", || {
            let left = containers::owned_by(&containers::host(), &owner);
            left.is_empty().then_some(())
        });
    }
    output
}

/// Fails unless the server refused in one line that has all these parts.
fn assert_refusal(output: &Output, parts: &[&str]) {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.code().is_some_and(|code| code != 0),
        "{:?}: {text}",
        output.status
    );
    let lines: Vec<_> = text.lines().filter(|line| line.contains("port ")).collect();
    assert_eq!(lines.len(), 1, "one clear line: {text}");
    for part in parts {
        assert!(lines[0].contains(part), "{part:?} is not in {text}");
    }
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(!told.contains("is ready"), "{told}");
}

#[test]
fn a_port_that_is_taken_is_refused_and_its_owner_named_and_spared() {
    for (theirs, ours) in [
        ("127.0.0.1", "127.0.0.1"),
        ("127.0.0.1", "0.0.0.0"),
        ("0.0.0.0", "127.0.0.1"),
        ("127.0.0.1", "::"),
    ] {
        let mut stranger = Stranger::on(theirs).expect("IPv4 is there");
        let output = refused_start(usual(), ours, stranger.at.port());
        let pid = format!("pid {}", stranger.child.id());
        let port = format!("port {}", stranger.at.port());
        assert_refusal(
            &output,
            &[
                &port,
                &pid,
                "-m http.server",
                "since 20",
                "--port",
                "WARMBOX_PORT",
            ],
        );
        assert!(
            stranger.child.try_wait().expect("our child").is_none(),
            "the stranger lives"
        );
    }
}

#[test]
fn a_stale_process_on_another_loopback_address_is_found() {
    for setup in setups() {
        // Who answers is told to whoever may know.
        if setup != Setup::Nobody {
            find_a_stale_process(setup);
        }
    }
}

fn find_a_stale_process(setup: Setup) {
    for ours in ["127.0.0.1", "0.0.0.0"] {
        let Some(mut stranger) = Stranger::on("::1") else {
            println!("this machine has no IPv6 loopback: the accident cannot happen here");
            return;
        };
        let output = refused_start(setup, ours, stranger.at.port());
        let pid = format!("pid {}", stranger.child.id());
        assert_refusal(&output, &[&pid, "-m http.server", "[::1]", "--port"]);
        assert!(
            stranger.child.try_wait().expect("our child").is_none(),
            "the stranger lives"
        );
        let children = processes::marked(&stranger.at.port().to_string());
        assert!(
            children
                .iter()
                .all(|child| !child.command.contains("warmbox")),
            "{children:?}"
        );
    }
    let stranger = Stranger::on("127.0.0.2").expect("all of 127.0.0.0/8 is loopback");
    let output = refused_start(setup, "127.0.0.1", stranger.at.port());
    assert_refusal(
        &output,
        &[&format!("pid {}", stranger.child.id()), "127.0.0.2"],
    );
}

#[test]
fn a_second_start_names_the_first() {
    let first = Server::shared(usual());
    let output = refused_start(usual(), "127.0.0.1", first.port);
    let pid = format!("pid {}", first.pid());
    assert_refusal(&output, &[&pid, "serve"]);
    assert_eq!(first.get("/livez").status, 200, "the first goes on");
}
