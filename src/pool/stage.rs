//! One stage on one claimed runner: send the run, gather what comes back, within a deadline
//! that does not depend on the runner's word.

use super::MadeFrom;
use super::stats::Retired;
use crate::engine::{Link, LinkError};
use crate::follow::Follow;
use crate::run::images::{CollectedFile, FileLog, FilesError};
use crate::run::text::{OutputLog, Text, TextError};
use std::pin::pin;
use std::time::Duration;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use warmbox_protocol::{Following, FromRunner, LogLevel, Outcome, RunId, RunSpec, ToRunner};

/// What a stage may take beyond its wall limit: placing files, killing, collecting. A runner
/// that takes longer is broken.
const GRACE: Duration = Duration::from_secs(15);
/// A program is started about a millisecond after its runner was told to, more where its files are
/// large. A runner that does not say so is stuck, or out of reach.
const START_DEADLINE: Duration = Duration::from_secs(5);
/// A runner that waits for a run reads at once.
const SEND_DEADLINE: Duration = Duration::from_secs(5);

/// What a stage came to. A program that failed is a result, not an error.
#[derive(Debug)]
pub struct StageResult {
    pub outcome: Outcome,
    pub text: Text,
    pub files: Vec<CollectedFile>,
    /// Whose programs it was that ran.
    pub made_from: MadeFrom,
}

/// Why a stage came to nothing. The runner is gone in each case.
#[derive(Debug, thiserror::Error)]
pub enum StageError {
    #[error("the runner was lost before the program started: {0}")]
    LostBefore(LinkError),
    #[error("the runner was lost while the program ran: {0}")]
    Lost(LinkError),
    #[error("the sandbox could not be entered: cannot {step}: {}", std::io::Error::from_raw_os_error(*.errno))]
    Refused { step: String, errno: i32 },
    #[error("the runner did not begin within {} s", START_DEADLINE.as_secs())]
    Silent,
    #[error("the runner did not finish in time")]
    Overdue,
    #[error("the runner sent {0}, which was not its turn")]
    Unexpected(&'static str),
    #[error(transparent)]
    TooMuchOutput(#[from] TextError),
    #[error(transparent)]
    BadFiles(#[from] FilesError),
}

impl StageError {
    /// Whether the same run may be tried on another runner: the fault was the runner's own.
    /// Nothing of the program's has left the server.
    pub fn worth_a_retry(&self) -> bool {
        use StageError::{Lost, LostBefore, Refused, Silent};
        matches!(self, LostBefore(_) | Silent | Lost(_) | Refused { .. })
    }

    /// The program never ran: it cannot have been what killed the runner.
    pub fn blameless(&self) -> bool {
        matches!(self, StageError::LostBefore(_) | StageError::Silent)
    }

    pub(super) fn retired(&self) -> Retired {
        match self {
            StageError::LostBefore(_) | StageError::Lost(_) => Retired::Lost,
            StageError::Silent => Retired::Unanswered,
            StageError::Refused { .. } => Retired::Refused,
            StageError::Overdue => Retired::Overdue,
            _ => Retired::Unexpected,
        }
    }
}

/// Runs `spec` over `link`, to a runner of that making. A cancelled token ends the run; its outcome
/// still comes.
pub(super) async fn drive(
    link: &mut Link,
    made_from: MadeFrom,
    spec: RunSpec,
    cancel: &CancellationToken,
    mut follow: Option<&mut Follow>,
) -> Result<StageResult, StageError> {
    let run = spec.run;
    let limit = spec.limits.output_bytes;
    let mut gathering = Gathering {
        run,
        followed: spec.following != Following::Nobody,
        started: false,
        output: match spec.following {
            Following::Live => OutputLog::followed(limit),
            Following::Nobody | Following::Aside => OutputLog::new(limit),
        },
        files: FileLog::new(
            spec.collect.max_files + spec.collect.max_outputs,
            spec.collect.max_bytes + spec.collect.max_output_bytes,
        ),
    };
    // Made once for all messages of the run: each of them would register anew.
    let mut begins_by = pin!(sleep(START_DEADLINE));
    let mut deadline = pin!(sleep(Duration::from_millis(spec.limits.wall_ms) + GRACE));
    let mut overtime = pin!(sleep(Duration::from_millis(spec.limits.wall_ms)));
    let mut stopped = pin!(cancel.cancelled());
    send(link, ToRunner::Run(Box::new(spec))).await?;
    let (mut begun, mut cancelled, mut hurries) = (false, false, false);
    loop {
        // A reader who does not keep up slows the program down, but not its end.
        let reads =
            hurries || cancelled || (follow.as_ref()).is_none_or(|follow| follow.has_room());
        let catching_up = match &follow {
            Some(follow) if !reads => Some(follow.room()),
            _ => None,
        };
        let message = tokio::select! {
            message = link.receive(), if reads => message.map_err(|error| gathering.lost(error))?,
            () = ready(catching_up), if !reads => continue,
            () = &mut overtime, if !hurries => {
                hurries = true;
                continue;
            }
            told = told(follow.as_deref_mut(), run), if gathering.started && !cancelled => {
                send(link, told).await?;
                continue;
            }
            () = &mut stopped, if !cancelled => {
                cancelled = true;
                // A runner that is lost by now is heard of by the next message.
                let _ = send(link, ToRunner::Cancel { run }).await;
                continue;
            }
            () = &mut begins_by, if !begun => return Err(StageError::Silent),
            () = &mut deadline => return Err(StageError::Overdue),
        };
        begun = true;
        if let Some(follow) = follow.as_deref_mut() {
            tell(follow, run, &message);
        }
        if let Some(outcome) = gathering.take(message)? {
            let text = gathering
                .output
                .finish(outcome.stdout_omitted, outcome.stderr_omitted);
            let files = gathering.files.finish();
            return Ok(StageResult {
                outcome,
                text,
                files,
                made_from,
            });
        }
    }
}

/// Waits for what there is to wait for.
async fn ready(what: Option<impl Future<Output = ()>>) {
    match what {
        Some(what) => what.await,
        None => std::future::pending().await,
    }
}

/// Waits for what the runner is to be told. Cancel-safe.
async fn told(follow: Option<&mut Follow>, run: RunId) -> ToRunner {
    match follow {
        Some(follow) => follow.next(run).await,
        None => std::future::pending().await,
    }
}

/// Tells whoever follows what concerns him.
fn tell(follow: &mut Follow, of: RunId, message: &FromRunner) {
    match message {
        FromRunner::Started { run } if *run == of => follow.started(),
        FromRunner::Output {
            run, stream, bytes, ..
        } if *run == of => follow.output(*stream, bytes),
        FromRunner::WaitsForInput { run } if *run == of => follow.waits_for_input(),
        FromRunner::Used { run, usage } if *run == of => follow.used(usage),
        FromRunner::InputTaken { run, bytes } if *run == of => follow.input_taken(*bytes),
        FromRunner::Finished { run, .. } if *run == of => follow.output_ends(),
        _ => {}
    }
}

async fn send(link: &mut Link, message: ToRunner) -> Result<(), StageError> {
    match timeout(SEND_DEADLINE, link.send(&message)).await {
        Ok(sent) => sent.map_err(StageError::LostBefore),
        Err(_) => Err(StageError::Silent),
    }
}

struct Gathering {
    run: RunId,
    followed: bool,
    started: bool,
    output: OutputLog,
    files: FileLog,
}

impl Gathering {
    fn lost(&self, error: LinkError) -> StageError {
        match self.started {
            true => StageError::Lost(error),
            false => StageError::LostBefore(error),
        }
    }

    /// Takes one message; answers the outcome when it was the last.
    fn take(&mut self, message: FromRunner) -> Result<Option<Outcome>, StageError> {
        match message {
            FromRunner::Started { run } if run == self.run => self.started = true,
            FromRunner::Output {
                run,
                seq,
                stream,
                bytes,
            } if run == self.run => self.output.push(seq, stream, &bytes)?,
            FromRunner::File {
                run,
                origin,
                name,
                bytes,
                last,
            } if run == self.run => self.files.push(origin, &name, &bytes, last)?,
            FromRunner::Finished { run, outcome } if run == self.run => return Ok(Some(outcome)),
            FromRunner::Refused { run, step, errno } if run == self.run => {
                return Err(StageError::Refused { step, errno });
            }
            FromRunner::WaitsForInput { run }
            | FromRunner::Used { run, .. }
            | FromRunner::InputTaken { run, .. }
                if run == self.run && self.followed => {}
            FromRunner::Log { level, text, .. } => log(level, &text),
            other => return Err(StageError::Unexpected(name(&other))),
        }
        Ok(None)
    }
}

/// Puts a supervisor's line into the log, inside the request's span.
fn log(level: LogLevel, text: &str) {
    let text: String = text.chars().take(1000).collect();
    match level {
        LogLevel::Debug => tracing::debug!(target: "warmbox::supervisor", "{text}"),
        LogLevel::Info => tracing::info!(target: "warmbox::supervisor", "{text}"),
        LogLevel::Warn => tracing::warn!(target: "warmbox::supervisor", "{text}"),
        LogLevel::Error => tracing::error!(target: "warmbox::supervisor", "{text}"),
    }
}

/// A message's name, for errors: never its content.
pub(super) fn name(message: &FromRunner) -> &'static str {
    match message {
        FromRunner::Hello(_) => "a hello",
        FromRunner::Ready => "a ready",
        FromRunner::Started { .. } => "a start",
        FromRunner::Output { .. } => "output",
        FromRunner::File { .. } => "a file",
        FromRunner::Finished { .. } => "an end",
        FromRunner::Refused { .. } => "a refusal",
        FromRunner::Log { .. } => "a log line",
        FromRunner::Pong { .. } => "a pong",
        FromRunner::WaitsForInput { .. } => "that it waits for input",
        FromRunner::Used { .. } => "what it has used",
        FromRunner::InputTaken { .. } => "that it has taken input",
    }
}
