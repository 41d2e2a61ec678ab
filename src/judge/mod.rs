//! Many tests of one program: compiled once, run on the input of each, and judged. What a test asks
//! for and what comes of it are here; how outputs are compared is [`checker`]'s, how tests are run is
//! [`course`]'s.

mod answer;
pub mod checker;
pub mod cores;
mod course;
mod exits;
mod talk;

pub use answer::{Judged, TestAnswer, Totals, Verdict};
pub use checker::{Checker, Difference};
pub use cores::Cores;
pub(crate) use course::judge;

use crate::language::Language;
use std::sync::Arc;
use warmbox_protocol::{InputFile, Limits};

/// What to judge a program by; everything in it has been checked.
#[derive(Debug, Clone)]
pub struct Judging {
    pub tests: Vec<Test>,
    pub stop_on_first_failure: bool,
    /// Those that judge: checkers, and the interactor.
    pub programs: Vec<Program>,
    /// Talks with the program, in the place of an input: one of `programs`.
    pub interactor: Option<usize>,
}

/// One test.
#[derive(Debug, Clone)]
pub struct Test {
    pub name: Option<String>,
    pub stdin: Vec<u8>,
    pub expected: Vec<u8>,
    pub args: Vec<String>,
    /// In the work folder, beside the program's own.
    pub files: Vec<InputFile>,
    pub limits: Limits,
    pub check: Check,
    pub weight: f64,
}

/// Who says whether an output is right.
#[derive(Debug, Clone)]
pub enum Check {
    Compare(Checker),
    /// One of [`Judging::programs`].
    Program(usize),
}

/// A program that judges another.
#[derive(Debug, Clone)]
pub struct Program {
    /// The field of the request that it came in.
    pub field: String,
    pub language: Arc<Language>,
    pub files: Vec<InputFile>,
    pub std: Option<String>,
}
