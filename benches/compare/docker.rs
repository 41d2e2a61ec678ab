//! The same program by the docker command, as services of this kind are usually built: a file is
//! copied into a container that is warm and executed there; or a container is started for it.

use super::bare;
use anyhow::Context;
use std::process::Command;

/// The image that the docker engine's Python runners are made from.
const IMAGE: &str = "warmbox-python:latest";

/// A container that waits to be used.
pub(crate) struct Warm {
    id: String,
    folder: tempfile::TempDir,
}

impl Warm {
    pub(crate) fn start() -> anyhow::Result<Self> {
        let id = docker(&[
            "run",
            "-d",
            "--network",
            "none",
            "--entrypoint",
            "sleep",
            IMAGE,
            "infinity",
        ])
        .context("no warm container (make docker, make images)")?;
        Ok(Self {
            id: id.trim().to_owned(),
            folder: tempfile::tempdir()?,
        })
    }

    /// `docker cp` and `docker exec`.
    pub(crate) fn python(&self, code: &str) -> anyhow::Result<String> {
        let file = self.folder.path().join("main.py");
        std::fs::write(&file, code)?;
        docker(&[
            "cp",
            "-q",
            &file.display().to_string(),
            &format!("{}:/tmp/main.py", self.id),
        ])?;
        docker(&["exec", &self.id, "python3", "/tmp/main.py"])
    }
}

impl Drop for Warm {
    fn drop(&mut self) {
        let _ = docker(&["rm", "-f", &self.id]);
    }
}

/// `docker run`: a container for this program alone.
pub(crate) fn run_python(code: &str) -> anyhow::Result<String> {
    docker(&[
        "run",
        "--rm",
        "--network",
        "none",
        "--entrypoint",
        "python3",
        IMAGE,
        "-c",
        code,
    ])
}

fn docker(words: &[&str]) -> anyhow::Result<String> {
    bare::run(Command::new("docker").args(words))
}
