//! A wall clock of a server's own, which tests and the soak step while it runs. The machine's is left
//! alone: others go by it.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// In a folder that every user can enter.
pub(crate) struct Clock(TempDir);

impl Clock {
    /// Compiles it, and sets it right.
    ///
    /// # Errors
    /// No C compiler, or no room.
    pub(crate) fn make() -> std::io::Result<Self> {
        use std::os::unix::fs::PermissionsExt;
        let clock = Self(TempDir::with_prefix("warmbox-clock-")?);
        fs::set_permissions(clock.0.path(), PermissionsExt::from_mode(0o755))?;
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/clock/clock.c");
        let library = clock.file("clock.so");
        let compiled = Command::new("cc")
            .args(["-shared", "-fPIC", "-O2", "-o"])
            .args([&library, &source])
            .arg("-ldl")
            .output()?;
        if !compiled.status.success() {
            let said = String::from_utf8_lossy(&compiled.stderr).into_owned();
            return Err(std::io::Error::other(said));
        }
        clock.step(0)?;
        Ok(clock)
    }

    /// What a process is started with, to go by it.
    pub(crate) fn variables(&self) -> [(&'static str, PathBuf); 2] {
        [
            ("LD_PRELOAD", self.file("clock.so")),
            ("TEST_CLOCK", self.file("offset")),
        ]
    }

    /// So many seconds from the machine's, from now on.
    ///
    /// # Errors
    /// The file cannot be written.
    pub(crate) fn step(&self, seconds: i64) -> std::io::Result<()> {
        use std::os::unix::fs::FileExt;
        // In its place: whoever goes by it has it in memory.
        let file = fs::File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.file("offset"))?;
        file.write_all_at(&seconds.to_ne_bytes(), 0)
    }

    fn file(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }
}
