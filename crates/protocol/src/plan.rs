//! How the embedded engine's outer wall is to be built. Paths here come from the server's own
//! configuration, never from a request.

use serde::{Deserialize, Serialize};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    pub language: String,
    pub root: RootSource,
    /// Placed read-only under [`SUPPORT_DIR`](crate::plan::SUPPORT_DIR).
    pub support: Vec<SupportFile>,
    /// Prints the toolchain's version on its first line; run once, in a sandbox.
    pub version_argv: Vec<String>,
    pub env: Vec<(String, String)>,
    /// Folder of the lock files by which every runner on this host gets its own block of ids.
    pub id_lock_dir: String,
}

/// Where the programs of the runner come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RootSource {
    /// The host's own `/usr`, read-only, and the few files of `/etc` that programs need.
    Host,
    /// An unpacked runner image.
    Folder(String),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SupportFile {
    pub name: String,
    #[serde(with = "serde_bytes")]
    pub bytes: Vec<u8>,
}

/// The program's working folder inside a sandbox.
pub const WORK_DIR: &str = "/work";
/// Where the figures of a program are left for collection.
pub const FIGURES_DIR: &str = "/run/figures";
/// Our own read-only files inside a runner.
pub const SUPPORT_DIR: &str = "/opt/warmbox";
