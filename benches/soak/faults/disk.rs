//! A small disk of the server's own, in memory, that can be filled and emptied. It is gone when
//! this process ends, however it ends.

use anyhow::Context;
use std::fs::{self, File};
use std::io::{ErrorKind, Write};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use tempfile::TempDir;

const SIZE: &str = "64m";
static CHUNK: [u8; 64 << 10] = [b'x'; 64 << 10];
/// More than there is room for.
const MOST_CHUNKS: usize = 2048;
/// Reads until this process has no more use for the disk.
const ENDER: &str = "cat >/dev/null; umount -l \"$0\"; rmdir \"$0\"";

pub(super) struct Disk {
    folder: PathBuf,
    ender: Child,
}

impl Disk {
    pub(super) fn mount() -> anyhow::Result<Self> {
        let folder = TempDir::with_prefix("warmbox-soak-disk-")?.keep();
        let status = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &format!("size={SIZE},mode=0755")])
            .args(["warmbox-soak".as_ref(), folder.as_os_str()])
            .status()
            .context("mount")?;
        anyhow::ensure!(status.success(), "no tmpfs can be mounted: {status}");
        let ender = Command::new("sh")
            .args(["-c".as_ref(), ENDER.as_ref(), folder.as_os_str()])
            .current_dir("/")
            .process_group(0) // out of reach of an interrupt at the terminal
            .stdin(Stdio::piped())
            .spawn()?;
        Ok(Self { folder, ender })
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Takes all the room there is.
    pub(super) fn fill(&self) -> anyhow::Result<()> {
        let mut file = File::create(self.filler())?;
        for _ in 0..MOST_CHUNKS {
            match file.write_all(&CHUNK) {
                Ok(()) => {}
                Err(error) if error.kind() == ErrorKind::StorageFull => return Ok(()),
                Err(error) => return Err(error).context("the disk cannot be filled"),
            }
        }
        anyhow::bail!("the disk is larger than it was to be")
    }

    pub(super) fn empty(&self) -> anyhow::Result<()> {
        fs::remove_file(self.filler()).context("the disk cannot be emptied")
    }

    fn filler(&self) -> PathBuf {
        self.folder.join("filler")
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(self.ender.stdin.take());
        let _ = self.ender.wait();
    }
}
