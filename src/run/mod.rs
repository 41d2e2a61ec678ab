//! One request, from its files to its answer: compile where the language compiles, run, judge.
//!
//! A program that fails is an answer. An error here is ours, and says whether asking again is
//! of use.

pub mod answer;
pub(crate) mod cached;
pub mod diagnostics;
pub mod images;
pub mod request;
pub(crate) mod stages;
pub mod text;
pub mod verdict;

use crate::cache::Cache;
use crate::config::StageLimits;
use crate::follow::Follow;
use crate::judge::{self, Cores, Judged};
use crate::language::Language;
use crate::pool::{Asker, ClaimError, Pool, StageError, StageResult};
use answer::{Answer, CompileAnswer, OutputFile, Status, Timings, UsageAnswer, as_ms};
use request::RunRequest;
use stages::Spent;
use std::sync::Arc;
use std::time::Instant;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use warmbox_protocol::{InputFile, Origin, Usage};

/// Why a request came to no answer.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error(transparent)]
    Claim(#[from] ClaimError),
    #[error("the language {0} has no pool")]
    NoPool(String),
    #[error("{field} does not compile:\n{said}")]
    BadJudge { field: String, said: String },
    #[error(
        "an interactor and its program need two runners of {0} at once, and there is only one; \
         raise max_runners"
    )]
    OneRunner(String),
    #[error("this machine's kernel gives the sandboxes no terminals; leave terminal out")]
    NoTerminal,
    #[error("the run failed for a reason of ours, and again on another runner: {0}")]
    Stage(#[from] StageError),
}

/// Who answers: stands in every answer.
#[derive(Debug, Clone)]
pub struct Identity {
    pub instance: String,
    pub version: &'static str,
}

/// What requests are executed with. Cheap to clone.
#[derive(Clone)]
pub struct Means {
    pub pools: Arc<[Pool]>,
    pub cache: Cache,
    pub identity: Identity,
    /// For runs that are measured.
    pub cores: Cores,
    /// Held by whoever claims two runners at once: two that had one each would wait for each other.
    pub pairs: Arc<Mutex<()>>,
    /// Of programs that judge others.
    pub judges_limits: StageLimits,
}

impl Means {
    pub(crate) fn pool(&self, language: &Language) -> Result<&Pool, RunError> {
        let mut pools = self.pools.iter();
        let found = pools.find(|pool| pool.language().name == language.name);
        found.ok_or_else(|| RunError::NoPool(language.name.clone()))
    }
}

/// Executes a request.
pub async fn execute(
    means: &Means,
    request: RunRequest,
    cancel: &CancellationToken,
    mut follow: Option<Follow>,
) -> Result<Answer, RunError> {
    let began = Instant::now();
    let (pool, cache, identity) = (
        means.pool(&request.language)?,
        &means.cache,
        &means.identity,
    );
    if request.terminal.is_some() && !pool.has_terminals() {
        return Err(RunError::NoTerminal);
    }
    let who = request.asked_by.clone();
    let queue = (follow.as_ref()).and_then(|follow| follow.queue(request.run_id));
    let hears = |position: usize| {
        if let Some(queue) = &queue {
            queue.stands_at(position);
        }
    };
    let asker = Asker {
        who: &who,
        cancel,
        queued: queue.as_ref().map(|_| &hears as _),
    };
    let mut spent = Spent::default();
    let compiled = match request.language.compile.is_some() {
        true => Some(cached::compile(pool, cache, &request, asker, &mut spent).await?),
        false => None,
    };
    if let (Some(follow), Some(compiled)) = (&follow, &compiled) {
        follow.compiled(compiled.answer());
    }
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
            let untested = || Judged::untested(answer.status);
            whole.judged = request.judging.as_ref().map(|_| untested());
            whole.compile = Some(answer);
            whole.timings = spent.timings(began);
            return Ok(whole);
        }
    };
    if let Some(judging) = &request.judging {
        let program = (pool, &request, files);
        let judged = judge::judge(means, program, judging, asker, follow.as_ref(), &mut spent);
        let judged = judged.await?;
        return Ok(Answer {
            status: match judged.is_cancelled() {
                true => Status::Cancelled,
                false => Status::Ok,
            },
            compile: compile_answer,
            timings: spent.timings(began),
            judged: Some(judged),
            ..blank(&request, identity)
        });
    }
    let spec = stages::run_spec(&request, files, follow.as_ref());
    let (result, took) =
        stages::run_once_more(pool, spec, asker, &mut spent, follow.as_mut()).await?;
    spent.run = took;
    let (outputs, images): (Vec<_>, Vec<_>) =
        (result.files.into_iter()).partition(|file| file.origin == Origin::Output);
    let images = images::data_urls(images);
    if let Some(follow) = &follow {
        images.iter().for_each(|image| follow.image(image));
    }
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
        images,
        images_omitted: result.outcome.files_omitted,
        files: outputs.into_iter().map(OutputFile::from).collect(),
        files_omitted: result.outcome.outputs_omitted,
        compile: compile_answer,
        usage: UsageAnswer::from(&result.outcome.usage),
        timings: spent.timings(began),
        ..blank(&request, identity)
    })
}

pub(crate) enum Compiled {
    /// The program, and the stage that made it, if it was not kept from another time.
    Program(CompileAnswer, InputFile, Option<StageResult>),
    Nothing(CompileAnswer, StageResult),
}

impl Compiled {
    fn answer(&self) -> &CompileAnswer {
        match self {
            Compiled::Program(answer, ..) | Compiled::Nothing(answer, _) => answer,
        }
    }
}

async fn compile(
    pool: &Pool,
    request: &RunRequest,
    asker: Asker<'_>,
    spent: &mut Spent,
) -> Result<Compiled, RunError> {
    let spec = stages::compile_spec(request);
    let (mut result, took) = stages::run_once_more(pool, spec, asker, spent, None).await?;
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
        files_omitted: 0,
        compile: None,
        judged: None,
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
