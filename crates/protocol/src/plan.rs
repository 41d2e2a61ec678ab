//! How a runner's outer wall is to be built. Paths here come from the server's own configuration,
//! never from a request.

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
    /// Interpreters to start once, and to fork in every fresh sandbox before its run arrives. The
    /// first is ready before the runner is; the others become so in its idle time, once they are
    /// started.
    pub parents: Vec<ParentPlan>,
    /// A program for the runner's own work folder, under the name of the main file: parents run it
    /// once to learn what programs need. No sandbox sees it.
    pub rehearsal: Option<SupportFile>,
    pub identities: IdentitySource,
}

/// Where the programs of the runner come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum RootSource {
    /// The `/usr` that the supervisor finds itself with, read-only, and the few files of `/etc`
    /// that programs need: the host's in the embedded engine, the image's in a container.
    Here,
    /// An unpacked runner image.
    Folder(String),
}

/// An interpreter that is started once for a runner and waits there to be forked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParentPlan {
    pub name: String,
    pub argv: Vec<String>,
    /// It is not started before a run asks for it.
    pub on_demand: bool,
}

/// Where a runner's block of ids comes from, which no other runner on its host may have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum IdentitySource {
    /// The embedded engine: the first block whose file in this folder can be locked.
    LockFolder(String),
    /// A container: the block of this number, which the daemon promised to it alone.
    Block(u32),
}

/// How many blocks there are for containers.
pub const CONTAINER_BLOCKS: u32 = 65_536;
/// How many there are where the daemon itself has only 65,536 ids to give (rootless Docker, or
/// `userns-remap`).
pub const REMAPPED_BLOCKS: u32 = 252;

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
