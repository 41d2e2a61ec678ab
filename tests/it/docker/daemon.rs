//! A Docker daemon of the tests' own, to be stopped, paused and lied to: nobody else's containers
//! are near.

use super::image;
use super::launch::Place;
use crate::harness::{finish, processes, root, wait_for};
use std::io::Write;
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex, MutexGuard, Weak};
use std::time::Duration;

/// It gives its containers ten seconds to end.
const STOP: Duration = Duration::from_secs(30);
const CALL: Duration = Duration::from_secs(30);

/// What a server takes its runners of the language `sh` from, unless it is told otherwise.
pub(crate) const IMAGE: &str = "warmbox-sh:latest";

pub(crate) struct Daemon {
    /// For `DOCKER_HOST`.
    pub(crate) host: String,
    driver: &'static str,
    running: Mutex<Option<Child>>,
    place: Mutex<Place>,
}

impl Daemon {
    /// A daemon that answers and has the image of the language `sh`.
    pub(crate) fn start() -> Self {
        assert!(
            root(),
            "these tests start Docker daemons of their own, which only root can: `sudo -E make test`"
        );
        let daemon = Self::launch("overlay2").or_else(|refused| {
            assert!(refused.contains("driver"), "no dockerd: {refused}");
            // Where / is an overlay itself.
            Self::launch("vfs")
        });
        let daemon = daemon.unwrap_or_else(|refused| panic!("no dockerd: {refused}"));
        daemon.import(IMAGE, "one", &[]);
        daemon
    }

    /// The one that tests without faults of their own use together; the last of them ends it.
    pub(crate) fn shared() -> Arc<Self> {
        static SHARED: Mutex<Weak<Daemon>> = Mutex::new(Weak::new());
        let mut shared = lock(&SHARED);
        if let Some(daemon) = shared.upgrade() {
            return daemon;
        }
        let daemon = Arc::new(Self::start());
        *shared = Arc::downgrade(&daemon);
        daemon
    }

    fn launch(driver: &'static str) -> Result<Self, String> {
        let place = Place::new();
        let daemon = Self {
            host: format!("unix://{}/docker.sock", place.folder.display()),
            driver,
            running: Mutex::new(None),
            place: Mutex::new(place),
        };
        daemon.try_up()?;
        Ok(daemon)
    }

    /// Starts it again after `stop` or `kill`.
    pub(crate) fn up(&self) {
        if let Err(refused) = self.try_up() {
            panic!("no dockerd: {refused}");
        }
    }

    fn try_up(&self) -> Result<(), String> {
        let answers = || self.ask(&["version"]).status.success();
        let child = lock(&self.place).dockerd(&self.host, self.driver, answers)?;
        *lock(&self.running) = Some(child);
        Ok(())
    }

    /// Ends it as an operator would, and with it all containers.
    pub(crate) fn stop(&self) {
        self.end("TERM");
    }

    /// Ends it as a crash would. Its containers are left to themselves.
    pub(crate) fn kill(&self) {
        self.end("KILL");
    }

    fn end(&self, signal: &str) {
        let mut child = lock(&self.running).take().expect("it runs");
        processes::signal(child.id(), signal);
        wait_for(STOP, "dockerd ends", || {
            child.try_wait().expect("it is our child")
        });
    }

    /// From now on it accepts connections and answers nothing, until the guard is dropped.
    pub(crate) fn pause(&self) -> Paused {
        let pid = lock(&self.running).as_ref().expect("it runs").id();
        processes::signal(pid, "STOP");
        Paused(pid)
    }

    /// Makes an image out of the programs of this machine, and answers its id. `version` is what
    /// a program finds in `/usr/version`; `changes` are words of a Dockerfile.
    pub(crate) fn import(&self, name: &str, version: &str, changes: &[&str]) -> String {
        let mut words = vec!["import"];
        for change in changes {
            words.extend(["--change", change]);
        }
        words.extend(["-", name]);
        let mut child = self.command(&words).spawn().expect("docker starts");
        let mut stdin = child.stdin.take().expect("a pipe");
        let bytes = image::with_version(version);
        let sending = std::thread::spawn(move || stdin.write_all(&bytes));
        let output = finish(child, CALL);
        let sent = sending.join().expect("it does not panic");
        said(&words, &output, sent.is_ok())
    }

    /// Runs the docker command, and answers what it said. Fails when it fails.
    #[track_caller]
    pub(crate) fn docker(&self, words: &[&str]) -> String {
        said(words, &self.ask(words), true)
    }

    /// Runs the docker command.
    pub(crate) fn ask(&self, words: &[&str]) -> Output {
        let mut child = self.command(words).spawn().expect("docker starts");
        drop(child.stdin.take());
        finish(child, CALL)
    }

    fn command(&self, words: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command
            .args(words)
            .env("DOCKER_HOST", &self.host)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let dockerd = lock(&self.running).take();
        lock(&self.place).end(dockerd);
    }
}

/// A daemon that does nothing until this is dropped.
pub(crate) struct Paused(u32);

impl Drop for Paused {
    fn drop(&mut self) {
        processes::signal(self.0, "CONT");
    }
}

#[track_caller]
fn said(words: &[&str], output: &Output, sent: bool) -> String {
    assert!(
        output.status.success() && sent,
        "docker {words:?}: {output:?}"
    );
    String::from_utf8_lossy(&output.stdout).trim().to_owned()
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(|error| error.into_inner())
}
