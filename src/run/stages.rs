//! The two stages as runs on runners, each tried once more where the first runner was at fault.

use super::RunError;
use super::request::RunRequest;
use crate::follow::Follow;
use crate::pool::{Asker, Pool, StageResult};
use std::time::{Duration, Instant};
use uuid::Uuid;
use warmbox_protocol::{Collect, Following, InputFile, RunId, RunSpec};

/// Bounds on what a run may hand back as pictures.
const MAX_IMAGES: u32 = 64;
const MAX_IMAGE_BYTES: u64 = 32 << 20;
/// The same for files that a request asks for.
const MAX_OUTPUTS: u32 = 256;
const MAX_OUTPUT_BYTES: u64 = 16 << 20;

/// Runners that may be lost before the program began, for one stage.
const MOST_BLAMELESS: u32 = 3;

/// Where a request's time went. Compile and run contain neither queue nor claim.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    pub(crate) queued: Duration,
    /// The furthest place in the queue; 0 when nothing waited.
    pub(crate) position: usize,
    pub(crate) claiming: Duration,
    pub(crate) compile: Duration,
    pub(crate) run: Duration,
}

/// The compile stage. Its input is empty and its only result the program.
pub(crate) fn compile_spec(request: &RunRequest) -> RunSpec {
    let language = &request.language;
    let std = request.std.as_deref();
    let limits = request.limits.compile();
    let output = language.compile.as_ref().map(|c| c.output.clone());
    RunSpec {
        argv: language
            .compile_argv(&request.files, std)
            .unwrap_or_default(),
        stdin: Vec::new(),
        limits,
        collect: Collect {
            paths: output.into_iter().collect(),
            image_endings: Vec::new(),
            max_files: 1,
            max_bytes: limits.file_size_bytes,
            ..Collect::default()
        },
        ..spec(request, request.files.clone())
    }
}

/// The run stage, with the files that it finds in its work folder.
pub(crate) fn run_spec(
    request: &RunRequest,
    files: Vec<InputFile>,
    follow: Option<&Follow>,
) -> RunSpec {
    let language = &request.language;
    RunSpec {
        argv: language.run_argv(&request.files, &request.args),
        prepared: language.prepared_for(
            &request.files,
            &request.args,
            request.limits.run.memory_bytes,
        ),
        stdin: request.stdin.clone(),
        stdin_open: follow.is_some_and(Follow::has_input),
        following: follow.map_or(Following::Nobody, Follow::following),
        terminal: request.terminal,
        limits: request.limits.run,
        stop_at_output_limit: request.stop_at_output_limit,
        collect: Collect {
            paths: Vec::new(),
            image_endings: language.images.clone(),
            max_files: MAX_IMAGES,
            max_bytes: MAX_IMAGE_BYTES,
            globs: request.outputs.clone(),
            max_outputs: MAX_OUTPUTS,
            max_output_bytes: MAX_OUTPUT_BYTES,
        },
        ..spec(request, files)
    }
}

fn spec(request: &RunRequest, files: Vec<InputFile>) -> RunSpec {
    RunSpec {
        run: RunId(request.run_id.into_bytes()),
        request: request.request_id.clone(),
        argv: Vec::new(),
        prepared: None,
        env: request.language.env.clone(),
        files,
        stdin: Vec::new(),
        stdin_open: false,
        limits: request.limits.run,
        stop_at_output_limit: false,
        collect: Collect::default(),
        following: Following::Nobody,
        terminal: None,
        core: None,
    }
}

/// Claims a runner and runs; answers how long the stage itself took. Tried again on another
/// runner where the first failed, which nobody can see, as nothing has left the server: once,
/// because the program may be what kills runners; more often where it never began.
pub(crate) async fn run_once_more(
    pool: &Pool,
    mut spec: RunSpec,
    asker: Asker<'_>,
    spent: &mut Spent,
    mut follow: Option<&mut Follow>,
) -> Result<(StageResult, Duration), RunError> {
    let (mut suspicions, mut blameless) = (0, 0);
    loop {
        let error = match run_once(pool, spec.clone(), asker, spent, follow.as_deref_mut()).await {
            Err(RunError::Stage(error))
                if error.worth_a_retry() && !asker.cancel.is_cancelled() =>
            {
                error
            }
            other => return other,
        };
        match error.blameless() {
            true => blameless += 1,
            false => suspicions += 1,
        }
        let committed = follow.as_ref().is_some_and(|follow| follow.is_committed());
        if committed || suspicions > 1 || blameless > MOST_BLAMELESS {
            return Err(error.into());
        }
        // Whatever the lost runner may still do, its run has another name.
        spec.run = RunId(Uuid::now_v7().into_bytes());
        tracing::warn!(%error, "trying the run again on another runner");
    }
}

async fn run_once(
    pool: &Pool,
    spec: RunSpec,
    asker: Asker<'_>,
    spent: &mut Spent,
    follow: Option<&mut Follow>,
) -> Result<(StageResult, Duration), RunError> {
    let began = Instant::now();
    let claim = pool.claim(asker).await?;
    spent.queued += claim.queued;
    spent.position = spent.position.max(claim.position);
    spent.claiming += began.elapsed().saturating_sub(claim.queued);
    let started = Instant::now();
    let (used, result) = claim.runner.run(spec, asker.cancel, follow).await;
    let took = started.elapsed();
    if let Some(used) = used {
        used.recycle();
    }
    Ok((result?, took))
}
