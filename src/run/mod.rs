//! One request, from its files to its answer: compile where the language compiles, run, judge.
//!
//! A program that fails is an answer. An error here is ours, and says whether asking again is
//! of use.

pub mod answer;
mod cached;
pub mod diagnostics;
pub mod images;
pub mod request;
mod stages;
pub mod text;
pub mod verdict;

use crate::cache::Cache;
use crate::pool::{Asker, ClaimError, Pool, StageError, StageResult};
use answer::{Answer, CompileAnswer, Status, Timings, UsageAnswer, as_ms};
use request::RunRequest;
use stages::Spent;
use std::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use warmbox_protocol::{InputFile, Usage};

/// Why a request came to no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error("the run failed for a reason of ours, and again on another runner: {0}")]
    Stage(#[from] StageError),
}

/// Who answers: stands in every answer.
#[derive(Debug, Clone)]
pub struct Identity {
    pub instance: String,
    pub version: &'static str,
}

/// Executes a request on runners of `pool`, with a program from `cache` where it has it.
pub async fn execute(
    pool: &Pool,
    cache: &Cache,
    request: RunRequest,
    identity: &Identity,
    cancel: &CancellationToken,
) -> Result<Answer, RunError> {
    let began = Instant::now();
    let who = request.asked_by.clone();
    let asker = Asker { who: &who, cancel };
    let mut spent = Spent::default();
    let compiled = match request.language.compile.is_some() {
        true => Some(cached::compile(pool, cache, &request, asker, &mut spent).await?),
        false => None,
    };
    let (compile_answer, files) = match compiled {
        None => (None, request.files.clone()),
        Some(Compiled::Program(answer, program, _)) => {
            let mut files = request.files.clone();
            files.push(program);
            (Some(answer), files)
        }
        Some(Compiled::Nothing(answer, result)) => {
            let mut whole = blank(&request, identity);
            whole.status = answer.status;
            whole.limit = verdict::judge_compile(result.outcome.end, result.outcome.limit).limit;
            whole.truncated = result.text.truncated;
            whole.encoding = result.text.encoding;
            whole.compile = Some(answer);
            whole.timings = spent.timings(began);
            return Ok(whole);
        }
    };
    let spec = stages::run_spec(&request, files);
    let (result, took) = stages::run_once_more(pool, spec, asker, &mut spent).await?;
    spent.run = took;
    let verdict = verdict::judge(result.outcome.end, result.outcome.limit);
    Ok(Answer {
        status: verdict.status,
        limit: verdict.limit,
        exit_code: verdict.exit_code,
        signal: verdict.signal,
        stdout: result.text.stdout,
        stderr: result.text.stderr,
        output: result.text.output,
        encoding: result.text.encoding,
        truncated: result.text.truncated,
        stdout_bytes: result.outcome.stdout_bytes,
        stderr_bytes: result.outcome.stderr_bytes,
        images: images::data_urls(result.files),
        images_omitted: result.outcome.files_omitted,
        compile: compile_answer,
        usage: UsageAnswer::from(&result.outcome.usage),
        timings: spent.timings(began),
        ..blank(&request, identity)
    })
}

enum Compiled {
    /// The program, and the stage that made it, if it was not kept from another time.
    Program(CompileAnswer, InputFile, Option<StageResult>),
    Nothing(CompileAnswer, StageResult),
}

async fn compile(
    pool: &Pool,
    request: &RunRequest,
    asker: Asker<'_>,
    spent: &mut Spent,
) -> Result<Compiled, RunError> {
    let spec = stages::compile_spec(request);
    let (mut result, took) = stages::run_once_more(pool, spec, asker, spent).await?;
    spent.compile = took;
    let verdict = verdict::judge_compile(result.outcome.end, result.outcome.limit);
    let program = result.files.pop();
    let mut answer = CompileAnswer {
        status: verdict.status,
        exit_code: verdict.exit_code,
        stdout: result.text.stdout.clone(),
        stderr: result.text.stderr.clone(),
        diagnostics: diagnostics::parse(&result.text.stderr),
        cached: false,
    };
    match program {
        Some(program) if verdict.status == Status::Ok => {
            let program = InputFile {
                path: program.name,
                bytes: program.bytes,
                executable: true,
            };
            Ok(Compiled::Program(answer, program, Some(result)))
        }
        _ => {
            if verdict.status == Status::Ok {
                // It said that all is well and left nothing that can be executed.
                answer.status = Status::CompileError;
            }
            Ok(Compiled::Nothing(answer, result))
        }
    }
}

/// An answer in which nothing was executed.
fn blank(request: &RunRequest, identity: &Identity) -> Answer {
    nothing(
        request.run_id,
        request.language.name.clone(),
        identity.instance.clone(),
        identity.version,
    )
}

/// An answer that says that we failed.
pub fn nothing(run_id: Uuid, language: String, instance: String, version: &'static str) -> Answer {
    Answer {
        run_id,
        language,
        status: Status::InternalError,
        limit: None,
        exit_code: None,
        signal: None,
        stdout: String::new(),
        stderr: String::new(),
        output: String::new(),
        encoding: text::Encoding::Utf8,
        truncated: false,
        stdout_bytes: 0,
        stderr_bytes: 0,
        images: Vec::new(),
        images_omitted: 0,
        files: Vec::new(),
        compile: None,
        usage: UsageAnswer::from(&Usage::default()),
        timings: Timings::default(),
        instance,
        version,
    }
}

impl Spent {
    fn timings(&self, began: Instant) -> Timings {
        Timings {
            queue_ms: as_ms(self.queued),
            queue_position: self.position,
            claim_ms: as_ms(self.claiming),
            compile_ms: as_ms(self.compile),
            run_ms: as_ms(self.run),
            total_ms: as_ms(began.elapsed()),
        }
    }
}
