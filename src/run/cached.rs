//! The compile stage with the cache around it: asks the cache first, and gives it what may be kept.
//! Owns what is asked for, and what is worth keeping; how a program is compiled is not its business.

use super::answer::{CompileAnswer, Status, as_ms};
use super::request::RunRequest;
use super::stages::{self, Spent};
use super::{Compiled, RunError, diagnostics};
use crate::cache::{Cache, Cost, Key, Look, Program, Toolchain};
use crate::pool::{Asker, ClaimError, MadeFrom, Pool, StageResult};
use std::time::{Duration, Instant};
use warmbox_protocol::{End, InputFile};

/// Compiles, or answers what the same request was compiled to before.
pub(crate) async fn compile(
    pool: &Pool,
    cache: &Cache,
    request: &RunRequest,
    asker: Asker<'_>,
    spent: &mut Spent,
) -> Result<Compiled, RunError> {
    let began = Instant::now();
    let Some(wanted) = Wanted::of(pool, cache, request).await else {
        return super::compile(pool, request, asker, spent).await;
    };
    let limits = request.limits.compile();
    // Whoever waits for another's stage waits no longer than his own might have taken. With less
    // patience a crowd would wait, and then compile all at once.
    let patience = Duration::from_millis(limits.wall_ms) + pool.settings().queue_timeout;
    let turn = match cache
        .look(wanted.key, &limits, patience, asker.cancel)
        .await
    {
        Look::Found(program) => {
            spent.compile = began.elapsed();
            tracing::debug!(took_ms = as_ms(spent.compile), "it was compiled before");
            return Ok(wanted.answer(&program));
        }
        Look::Cancelled => return Err(ClaimError::Cancelled.into()),
        _ if asker.cancel.is_cancelled() => return Err(ClaimError::Cancelled.into()),
        Look::Alone => return super::compile(pool, request, asker, spent).await,
        Look::Turn(turn) => turn,
    };
    // An error drops the turn, and then the next who waits tries.
    let compiled = super::compile(pool, request, asker, spent).await?;
    match &compiled {
        Compiled::Program(answer, program, Some(stage)) => {
            match wanted.worth_keeping(pool, answer, program, stage).await {
                Some(program) => turn.keep(program),
                None => turn.keep_nothing(),
            }
        }
        Compiled::Nothing(answer, _) if answer.status == Status::Cancelled => drop(turn),
        Compiled::Program(..) | Compiled::Nothing(..) => turn.keep_nothing(),
    }
    Ok(compiled)
}

/// The program that a request wants.
struct Wanted<'a> {
    key: Key,
    /// Whose program the key names.
    toolchain: Toolchain,
    /// What the compiler calls it.
    output: &'a str,
}

impl<'a> Wanted<'a> {
    /// `None` where nothing is kept, and where it cannot be told what would compile, or whether it
    /// would come to the same.
    async fn of(pool: &Pool, cache: &Cache, request: &'a RunRequest) -> Option<Self> {
        let language = &request.language;
        let compile = language.compile.as_ref()?;
        if !cache.is_on() || !language.compiles_alike(&request.files) {
            return None;
        }
        let toolchain = toolchain(pool, &pool.made_from()?).await?;
        let spec = stages::compile_spec(request);
        Some(Self {
            key: Key::of(&spec, language, &toolchain),
            toolchain,
            output: &compile.output,
        })
    }

    /// What a stage made, if it may be given to others: it went through without a remark of ours,
    /// nothing of its output was left out, and what compiled is what the key names, which it was
    /// before and still is after.
    async fn worth_keeping(
        &self,
        pool: &Pool,
        answer: &CompileAnswer,
        program: &InputFile,
        stage: &StageResult,
    ) -> Option<Program> {
        let outcome = &stage.outcome;
        let plain = outcome.end == End::Exited(0) && outcome.limit.is_none();
        let whole = !stage.text.truncated && program.path == self.output;
        if !plain || !whole || toolchain(pool, &stage.made_from).await? != self.toolchain {
            return None;
        }
        let written = (outcome.stdout_bytes, outcome.stderr_bytes);
        Some(Program {
            bytes: program.bytes.clone(),
            stdout: answer.stdout.clone(),
            stderr: answer.stderr.clone(),
            cost: Cost::new(&outcome.usage, written.0, written.1),
        })
    }

    /// The same answer as that of the stage, and the same program.
    fn answer(&self, program: &Program) -> Compiled {
        let answer = CompileAnswer {
            status: Status::Ok,
            exit_code: Some(0),
            stdout: program.stdout.clone(),
            stderr: program.stderr.clone(),
            diagnostics: diagnostics::parse(&program.stderr),
            cached: true,
        };
        let program = InputFile {
            path: self.output.to_owned(),
            bytes: program.bytes.clone(),
            executable: true,
        };
        Compiled::Program(answer, program, None)
    }
}

async fn toolchain(pool: &Pool, made_from: &MadeFrom) -> Option<Toolchain> {
    let engine = pool.engine();
    let told = engine.toolchain(pool.language(), &made_from.source).await;
    Some(Toolchain {
        identity: format!("{}\n{}", engine.name(), told?),
        version: made_from.version.clone(),
    })
}
