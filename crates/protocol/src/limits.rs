//! What a stage may use. The server resolves defaults and ceilings; here are only numbers.

use serde::{Deserialize, Serialize};

/// The limits of one stage (compile or run). All are hard; none may be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limits {
    /// Time on the monotonic clock from start to the death of the last process.
    pub wall_ms: u64,
    /// CPU time, user and system, of all processes and threads together.
    pub cpu_ms: u64,
    /// Memory of all processes together, files in the scratch folders included.
    pub memory_bytes: u64,
    /// Processes and threads alive at once.
    pub processes: u64,
    /// What is kept of each output stream, half as head and half as tail.
    pub output_bytes: u64,
    /// The size of one file.
    pub file_size_bytes: u64,
    /// What the work folder, `/tmp` and `/dev/shm` may hold together.
    pub disk_bytes: u64,
    /// Descriptors open at once in one process.
    pub open_files: u64,
}

/// Which limit ended a stage, or made it fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Limit {
    Wall,
    Cpu,
    Memory,
    Processes,
    Output,
    FileSize,
    Disk,
    OpenFiles,
}

impl Limit {
    /// The name of the request field that sets this limit.
    pub fn field(self) -> &'static str {
        match self {
            Limit::Wall => "wall_ms",
            Limit::Cpu => "cpu_ms",
            Limit::Memory => "memory_bytes",
            Limit::Processes => "processes",
            Limit::Output => "output_bytes",
            Limit::FileSize => "file_size_bytes",
            Limit::Disk => "disk_bytes",
            Limit::OpenFiles => "open_files",
        }
    }
}
