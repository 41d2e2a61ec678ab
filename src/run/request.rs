//! One checked request, as the rest of the server sees it.

use crate::config::StageLimits;
use crate::judge::Judging;
use crate::language::Language;
use std::sync::Arc;
use uuid::Uuid;
use warmbox_protocol::{InputFile, TerminalSize};

/// What to execute; everything in it has been checked.
#[derive(Debug, Clone)]
pub struct RunRequest {
    pub run_id: Uuid,
    /// The HTTP request's id, for log lines on both sides of the link.
    pub request_id: String,
    /// The name of the API key; empty where there are no keys.
    pub asked_by: Arc<str>,
    pub language: Arc<Language>,
    /// The first is the main one.
    pub files: Vec<InputFile>,
    pub stdin: Vec<u8>,
    pub args: Vec<String>,
    /// One of the language's allowed standards; `None` takes its default.
    pub std: Option<String>,
    pub limits: StageLimits,
    /// Whether more output than is kept ends the program, instead of being cut.
    pub stop_at_output_limit: bool,
    /// The program's standard streams are a terminal of this size.
    pub terminal: Option<TerminalSize>,
    /// Which files are answered, as globs over their paths.
    pub outputs: Vec<String>,
    /// Whether they are kept as blobs, by whoever answers.
    pub outputs_as_blobs: bool,
    /// The tests that it is to be judged by, if it is to be.
    pub judging: Option<Arc<Judging>>,
}
