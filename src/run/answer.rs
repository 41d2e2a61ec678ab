//! The answer to one request, in the words of the HTTP interface. Its field names are public.

use super::diagnostics::Diagnostic;
use super::images::CollectedFile;
use super::text::Encoding;
use crate::judge::Judged;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use std::time::Duration;
use utoipa::ToSchema;
use uuid::Uuid;

/// What a program did.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Answer {
    pub run_id: Uuid,
    pub language: String,
    pub status: Status,
    /// The request field of the limit that fired, as in `limits`.
    pub limit: Option<&'static str>,
    pub exit_code: Option<i32>,
    pub signal: Option<String>,
    pub stdout: String,
    pub stderr: String,
    /// Both streams, in the order of writing.
    pub output: String,
    pub encoding: Encoding,
    /// Something was left out of `stdout` or `stderr`; the text says where and how much.
    pub truncated: bool,
    /// Written by the program, left out or not.
    pub stdout_bytes: u64,
    pub stderr_bytes: u64,
    /// Data URLs.
    pub images: Vec<String>,
    /// Pictures that were found and left out: too many, too large together, not plain files.
    pub images_omitted: u32,
    /// Those that the request asked for.
    pub files: Vec<OutputFile>,
    /// Files that were asked for and left out: too many, too large together, not plain files.
    pub files_omitted: u32,
    /// `null` where the language has no compile stage.
    pub compile: Option<CompileAnswer>,
    /// Only of a request with tests.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub judged: Option<Judged>,
    pub usage: UsageAnswer,
    pub timings: Timings,
    pub instance: String,
    pub version: &'static str,
}

impl Answer {
    /// About how much text there is to write.
    pub fn text_bytes(&self) -> usize {
        let images: usize = self.images.iter().map(String::len).sum();
        let files: usize = self.files.iter().map(|file| file.content.len()).sum();
        self.stdout.len() + self.stderr.len() + self.output.len() + images + files
    }
}

/// The verdict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    Ok,
    CompileError,
    /// A non-zero exit code or a signal.
    RuntimeError,
    TimeLimit,
    MemoryLimit,
    OutputLimit,
    ProcessLimit,
    DiskLimit,
    Cancelled,
    /// Our fault.
    InternalError,
}

impl Status {
    /// As in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::CompileError => "compile_error",
            Self::RuntimeError => "runtime_error",
            Self::TimeLimit => "time_limit",
            Self::MemoryLimit => "memory_limit",
            Self::OutputLimit => "output_limit",
            Self::ProcessLimit => "process_limit",
            Self::DiskLimit => "disk_limit",
            Self::Cancelled => "cancelled",
            Self::InternalError => "internal_error",
        }
    }
}

/// The compile stage.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Compile)]
pub struct CompileAnswer {
    pub status: Status,
    pub exit_code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
    pub diagnostics: Vec<Diagnostic>,
    pub cached: bool,
}

/// A file that the request asked to have back.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct OutputFile {
    pub name: String,
    pub content: String,
    /// `utf8` or `base64`.
    pub encoding: &'static str,
    pub bytes: usize,
}

impl From<CollectedFile> for OutputFile {
    fn from(file: CollectedFile) -> Self {
        let bytes = file.bytes.len();
        let (content, encoding) = match String::from_utf8(file.bytes) {
            Ok(text) => (text, "utf8"),
            Err(error) => (STANDARD.encode(error.as_bytes()), "base64"),
        };
        Self {
            name: file.name,
            content,
            encoding,
            bytes,
        }
    }
}

/// What the run stage used.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
#[schema(as = Usage)]
pub struct UsageAnswer {
    pub cpu_ms: f64,
    pub cpu_user_ms: f64,
    pub cpu_system_ms: f64,
    pub wall_ms: f64,
    pub peak_memory_bytes: u64,
    pub processes_peak: u64,
    pub written_bytes: u64,
}

impl From<&warmbox_protocol::Usage> for UsageAnswer {
    fn from(usage: &warmbox_protocol::Usage) -> Self {
        let ms = |us: u64| us as f64 / 1000.0;
        Self {
            cpu_ms: ms(usage.cpu_user_us.saturating_add(usage.cpu_system_us)),
            cpu_user_ms: ms(usage.cpu_user_us),
            cpu_system_ms: ms(usage.cpu_system_us),
            wall_ms: ms(usage.wall_us),
            peak_memory_bytes: usage.peak_memory_bytes,
            processes_peak: usage.processes_peak,
            written_bytes: usage.written_bytes,
        }
    }
}

/// Where the time went.
#[derive(Debug, Clone, Copy, Default, Serialize, ToSchema)]
pub struct Timings {
    /// Waiting for a free runner.
    pub queue_ms: f64,
    /// The place in the queue at first, from 1; 0 when a runner was ready.
    pub queue_position: usize,
    pub claim_ms: f64,
    pub compile_ms: f64,
    pub run_ms: f64,
    pub total_ms: f64,
}

/// Milliseconds with three places, as the answer gives them.
pub fn as_ms(time: Duration) -> f64 {
    time.as_micros() as f64 / 1000.0
}
