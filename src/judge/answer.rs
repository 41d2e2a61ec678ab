//! What comes of tests, in the words of the HTTP interface. Its field names are public.

use super::checker::Difference;
use crate::run::answer::{Status, UsageAnswer};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What is said of a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    Accepted,
    WrongAnswer,
    /// A non-zero exit code or a signal.
    RuntimeError,
    TimeLimit,
    MemoryLimit,
    OutputLimit,
    ProcessLimit,
    DiskLimit,
    CompileError,
    Cancelled,
    /// Not run: a test before it failed, and that was to be the end.
    Skipped,
    /// The checker or the interactor failed, or we did: nothing is said of the program.
    InternalError,
}

impl Verdict {
    /// As in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Accepted => "accepted",
            Self::WrongAnswer => "wrong_answer",
            Self::RuntimeError => "runtime_error",
            Self::TimeLimit => "time_limit",
            Self::MemoryLimit => "memory_limit",
            Self::OutputLimit => "output_limit",
            Self::ProcessLimit => "process_limit",
            Self::DiskLimit => "disk_limit",
            Self::CompileError => "compile_error",
            Self::Cancelled => "cancelled",
            Self::Skipped => "skipped",
            Self::InternalError => "internal_error",
        }
    }

    /// Of a program that came to this by itself, before anybody has looked at its output.
    pub(super) fn of(status: Status) -> Self {
        match status {
            Status::Ok => Self::Accepted,
            Status::CompileError => Self::CompileError,
            Status::RuntimeError => Self::RuntimeError,
            Status::TimeLimit => Self::TimeLimit,
            Status::MemoryLimit => Self::MemoryLimit,
            Status::OutputLimit => Self::OutputLimit,
            Status::ProcessLimit => Self::ProcessLimit,
            Status::DiskLimit => Self::DiskLimit,
            Status::Cancelled => Self::Cancelled,
            Status::InternalError => Self::InternalError,
        }
    }
}

/// All tests of a request.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Judged {
    /// `accepted`, or that of the first test that was not.
    pub verdict: Verdict,
    /// In the order of the request.
    pub tests: Vec<TestAnswer>,
    pub totals: Totals,
}

/// One test.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = JudgedTest)]
pub struct TestAnswer {
    /// From 0, as in the request.
    pub index: usize,
    pub name: Option<String>,
    pub verdict: Verdict,
    pub weight: f64,
    /// What the program did; `null` where it was not run.
    pub status: Option<Status>,
    pub limit: Option<&'static str>,
    pub exit_code: Option<i32>,
    pub signal: Option<String>,
    /// Where the output is not as expected.
    pub difference: Option<Difference>,
    /// What the checker or the interactor said.
    pub message: Option<String>,
    /// The beginning of what a program wrote that was not accepted.
    pub stdout: String,
    pub stderr: String,
    pub usage: UsageAnswer,
    /// For how long it was ready to run and its core was busy with something else; `null` where the
    /// kernel does not tell.
    pub delay_ms: Option<f64>,
    /// That was so long that its times may be wrong.
    pub disturbed: Option<bool>,
}

/// The tests together.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, ToSchema)]
pub struct Totals {
    pub tests: usize,
    pub accepted: usize,
    pub failed: usize,
    pub skipped: usize,
    /// The weights of those that were accepted, and of all.
    pub score: f64,
    pub max_score: f64,
    /// The most that one test took.
    pub max_cpu_ms: f64,
    pub max_wall_ms: f64,
    pub max_memory_bytes: u64,
    pub disturbed: usize,
}

impl Judged {
    /// Of a program that was not compiled.
    pub(crate) fn untested(status: Status) -> Self {
        Self {
            verdict: Verdict::of(status),
            ..Self::of(Vec::new())
        }
    }

    /// Some tests were not run because somebody wanted the end.
    pub(crate) fn is_cancelled(&self) -> bool {
        let mut tests = self.tests.iter();
        tests.any(|test| test.verdict == Verdict::Cancelled)
    }

    pub(super) fn of(tests: Vec<TestAnswer>) -> Self {
        let failed = tests.iter().find(|test| test.verdict != Verdict::Accepted);
        let mut totals = Totals {
            tests: tests.len(),
            ..Totals::default()
        };
        for test in &tests {
            match test.verdict {
                Verdict::Accepted => {
                    totals.accepted += 1;
                    totals.score += test.weight;
                }
                Verdict::Skipped => totals.skipped += 1,
                _ => totals.failed += 1,
            }
            totals.max_score += test.weight;
            totals.max_cpu_ms = totals.max_cpu_ms.max(test.usage.cpu_ms);
            totals.max_wall_ms = totals.max_wall_ms.max(test.usage.wall_ms);
            totals.max_memory_bytes = totals.max_memory_bytes.max(test.usage.peak_memory_bytes);
            totals.disturbed += usize::from(test.disturbed == Some(true));
        }
        Self {
            verdict: failed.map_or(Verdict::Accepted, |test| test.verdict),
            tests,
            totals,
        }
    }
}
