//! The same programs without warmbox: the interpreter and the compiler that sandboxes see, started
//! directly.

use anyhow::Context;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Where sandboxes look for programs.
pub(crate) const PATH: &str = "/usr/local/bin:/usr/bin:/bin";

/// Starts the interpreter, waits for its end, answers what it printed.
pub(crate) fn python(code: &str) -> anyhow::Result<String> {
    run(command("python3")?.args(["-c", code]))
}

/// Compiles and runs; answers what the program printed.
pub(crate) fn cpp(folder: &Path, source: &str) -> anyhow::Result<String> {
    std::fs::write(folder.join("main.cpp"), source)?;
    let mut compiler = command("g++")?;
    compiler
        .args(["-O2", "-o", "main", "main.cpp"])
        .env("TMPDIR", folder)
        .current_dir(folder);
    run(&mut compiler)?;
    run(plain(folder.join("main")).current_dir(folder))
}

/// A program found as a sandbox finds it.
pub(crate) fn command(name: &str) -> anyhow::Result<Command> {
    let found = std::env::split_paths(PATH)
        .map(|folder| folder.join(name))
        .find(|path| path.is_file());
    let path = found.with_context(|| format!("there is no {name} in {PATH}"))?;
    Ok(plain(path))
}

fn plain(path: PathBuf) -> Command {
    let mut command = Command::new(path);
    command
        .env_clear()
        .envs([("PATH", PATH), ("LANG", "C.UTF-8")])
        .stdin(Stdio::null());
    command
}

pub(crate) fn run(command: &mut Command) -> anyhow::Result<String> {
    let output = command
        .output()
        .with_context(|| format!("cannot start {command:?}"))?;
    let errors = String::from_utf8_lossy(&output.stderr);
    anyhow::ensure!(
        output.status.success(),
        "{command:?} ended with {}: {errors}",
        output.status
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// A folder in memory, as the work folder of a sandbox is.
pub(crate) struct Tmpfs(tempfile::TempDir);

impl Tmpfs {
    pub(crate) fn new() -> anyhow::Result<Self> {
        let folder = tempfile::TempDir::with_prefix_in("warmbox-bench-", "/dev/shm")
            .context("no folder can be made in /dev/shm, which must be a tmpfs")?;
        Ok(Self(folder))
    }

    pub(crate) fn path(&self) -> &Path {
        self.0.path()
    }
}
