//! Jobs on real servers: their life, what outlives a server and however it ends, and whom their ends
//! are told.

mod blobs;
mod events;
mod kills;
mod life;
mod restarts;
mod webhooks;

use crate::harness::{Options, Reply, Server, usual};
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const JSON: (&str, &str) = ("content-type", "application/json");

/// What outlives a server.
pub(super) struct Shelf {
    pub(super) folder: TempDir,
    args: Vec<String>,
}

impl Shelf {
    /// For servers with these arguments more.
    pub(super) fn new(more: &[&str]) -> Self {
        let folder = TempDir::with_prefix("warmbox-jobs-").expect("a folder");
        for name in ["jobs", "blobs"] {
            let path = folder.path().join(name);
            std::fs::create_dir(&path).expect("it is ours");
            let mode = PermissionsExt::from_mode(0o700);
            std::fs::set_permissions(&path, mode).expect("it is ours");
        }
        let mut args: Vec<String> = ["--languages", "python", "--min-idle", "1"]
            .map(str::to_owned)
            .to_vec();
        for name in ["jobs", "blobs"] {
            args.push(format!("--{name}-dir"));
            args.push(folder.path().join(name).display().to_string());
        }
        if !more.contains(&"--max-runners") {
            args.extend(["--max-runners".to_owned(), "2".to_owned()]);
        }
        args.extend(more.iter().map(ToString::to_string));
        Self { folder, args }
    }

    pub(super) fn options(&self) -> Options {
        let args: Vec<&str> = self.args.iter().map(String::as_str).collect();
        Options::new(usual(), &args)
    }

    /// A server that is ready and takes jobs.
    pub(super) fn server(&self) -> Server {
        let server = Server::start(&self.options());
        wait_for_jobs(&server);
        server
    }

    pub(super) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }
}

pub(super) fn wait_for_jobs(server: &Server) {
    crate::harness::wait_for(Duration::from_secs(20), "it takes jobs", || {
        (server.get("/jobs?limit=1").status == 200).then_some(())
    });
}

impl Server {
    pub(super) fn submit(&self, job: &Value) -> Reply {
        self.post_json("/jobs", job)
    }

    /// A job that is taken; its id.
    #[track_caller]
    pub(super) fn job(&self, job: &Value) -> String {
        let reply = self.submit(job);
        assert_eq!(reply.status, 202, "{}", reply.text);
        let id = reply.json()["id"].as_str().expect("an id").to_owned();
        assert_eq!(reply.header("location"), format!("/jobs/{id}"));
        id
    }

    #[track_caller]
    pub(super) fn find(&self, id: &str) -> Value {
        let reply = self.get(&format!("/jobs/{id}"));
        assert_eq!(reply.status, 200, "{}", reply.text);
        reply.json()
    }

    /// The job once it has ended.
    #[track_caller]
    pub(super) fn ended(&self, id: &str) -> Value {
        let begun = Instant::now();
        loop {
            let reply = self.get(&format!("/jobs/{id}?wait_ms=20000"));
            assert_eq!(reply.status, 200, "{}", reply.text);
            let job = reply.json();
            if !matches!(job["status"].as_str(), Some("queued" | "running")) {
                return job;
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "{job:#}");
        }
    }

    pub(super) fn delete(&self, id: &str) -> Reply {
        let reply = self.ask("DELETE", &format!("/jobs/{id}"), &[], b"");
        reply.expect("it answers")
    }
}

/// A Python program that prints this.
pub(super) fn prints(text: &str) -> Value {
    json!({"language": "python", "code": format!("print({text:?})")})
}

/// One that takes so long, and can be found.
pub(super) fn takes(seconds: u32, mark: &str) -> Value {
    let named = crate::harness::processes::named(mark);
    let code = format!("{named}import time\ntime.sleep({seconds})\nprint('finished')");
    json!({"language": "python", "code": code, "limits": {"wall_ms": 60_000}})
}
