//! The course of a judgement: the programs that judge are compiled, then each test is run on a core of
//! its own, as many at once as there are cores, and what it wrote is looked at.

use super::answer::{Judged, TestAnswer, Verdict};
use super::{Check, Judging, Program, Test, exits, talk};
use crate::follow::Follow;
use crate::pool::{Asker, Pool, StageResult};
use crate::run::answer::{UsageAnswer, as_ms};
use crate::run::request::RunRequest;
use crate::run::stages::{self, Spent};
use crate::run::{Compiled, Means, RunError, cached, verdict};
use futures_util::StreamExt;
use futures_util::stream;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use uuid::Uuid;
use warmbox_protocol::{Collect, InputFile, RunSpec, Usage};

/// What is shown of the output of a program that was not accepted, and of what its judge said.
const SHOWN_CHARS: usize = 1000;
/// What a checker finds beside itself, and its arguments, as testlib has them: the test's input, what
/// the program wrote, and what was expected.
pub(super) const CHECKED: [&str; 3] = ["input", "output", "answer"];
/// A delay makes a time doubtful when it is both so long and so large a part of the program's own.
const DISTURBED_US: u64 = 5_000;
const DISTURBED_SHARE: u64 = 10;

/// A program that is compiled: its files, and what runs it.
pub(super) struct Ready {
    pub(super) pool: Pool,
    pub(super) request: RunRequest,
    pub(super) files: Vec<InputFile>,
}

impl Ready {
    /// A run of it.
    pub(super) fn spec(&self, args: &[String], beside: &[InputFile]) -> RunSpec {
        let request = RunRequest {
            args: args.to_vec(),
            run_id: Uuid::now_v7(),
            ..self.request.clone()
        };
        let mut files = self.files.clone();
        files.extend_from_slice(beside);
        RunSpec {
            collect: Collect::default(),
            ..stages::run_spec(&request, files, None)
        }
    }
}

/// What all tests of a request have in common.
pub(super) struct Course<'a> {
    pub(super) means: &'a Means,
    pub(super) asker: Asker<'a>,
    pub(super) program: Ready,
    /// As in the request.
    pub(super) judges: Vec<Ready>,
    interactor: Option<usize>,
    follow: Option<&'a Follow>,
    spent: std::sync::Mutex<Spent>,
}

/// What became of the program in one test, before its output was judged.
pub(super) struct Ran {
    pub(super) result: StageResult,
    /// By an interactor, which has judged already.
    pub(super) judged: Option<(Verdict, String)>,
}

/// Runs the tests of a request with its program, which is compiled already.
pub(crate) async fn judge(
    means: &Means,
    program: (&Pool, &RunRequest, Vec<InputFile>),
    judging: &Judging,
    asker: Asker<'_>,
    follow: Option<&Follow>,
    spent: &mut Spent,
) -> Result<Judged, RunError> {
    let (pool, request, files) = program;
    let mut judges = Vec::new();
    for program in &judging.programs {
        judges.push(ready(means, request, program, asker, spent).await?);
    }
    let course = Course {
        means,
        asker,
        program: Ready {
            pool: pool.clone(),
            request: RunRequest {
                judging: None,
                ..request.clone()
            },
            files,
        },
        judges,
        interactor: judging.interactor,
        follow,
        spent: std::sync::Mutex::default(),
    };
    let answers = course.all(judging).await?;
    let own = course.spent.into_inner().unwrap_or_default();
    spent.run += own.run;
    spent.queued += own.queued;
    spent.claiming += own.claiming;
    spent.position = spent.position.max(own.position);
    Ok(Judged::of(answers))
}

/// Compiles a program that judges, if it has to be.
async fn ready(
    means: &Means,
    request: &RunRequest,
    program: &Program,
    asker: Asker<'_>,
    spent: &mut Spent,
) -> Result<Ready, RunError> {
    let pool = means.pool(&program.language)?.clone();
    let request = RunRequest {
        run_id: Uuid::now_v7(),
        language: program.language.clone(),
        files: program.files.clone(),
        std: program.std.clone(),
        stdin: Vec::new(),
        args: Vec::new(),
        limits: means.judges_limits,
        stop_at_output_limit: false,
        terminal: None,
        outputs: Vec::new(),
        judging: None,
        ..request.clone()
    };
    let mut files = request.files.clone();
    if request.language.compile.is_some() {
        // It is not the time of the program's compiler.
        let mut own = Spent::default();
        let compiled = cached::compile(&pool, &means.cache, &request, asker, &mut own).await?;
        spent.queued += own.queued;
        spent.claiming += own.claiming;
        match compiled {
            Compiled::Program(_, program, _) => files.push(program),
            Compiled::Nothing(answer, _) => {
                return Err(RunError::BadJudge {
                    field: program.field.clone(),
                    said: answer.stderr,
                });
            }
        }
    }
    Ok(Ready {
        pool,
        request,
        files,
    })
}

impl Course<'_> {
    async fn all(&self, judging: &Judging) -> Result<Vec<TestAnswer>, RunError> {
        let failed = AtomicBool::new(false);
        let at_once = match judging.stop_on_first_failure {
            true => 1,
            false => self.means.cores.len(),
        };
        let one = |index| self.in_turn(judging, index, &failed);
        let running = stream::iter((0..judging.tests.len()).map(one));
        let mut running = running.buffer_unordered(at_once);
        let mut answers = Vec::with_capacity(judging.tests.len());
        while let Some(answer) = running.next().await {
            answers.push(answer?);
        }
        drop(running);
        answers.sort_by_key(|answer| answer.index);
        Ok(answers)
    }

    /// One test, unless one before it has failed and that was to be the end.
    async fn in_turn(
        &self,
        judging: &Judging,
        index: usize,
        failed: &AtomicBool,
    ) -> Result<TestAnswer, RunError> {
        let test = &judging.tests[index];
        let over = judging.stop_on_first_failure && failed.load(Ordering::Relaxed);
        let answer = match over || self.asker.cancel.is_cancelled() {
            true => skipped(index, test, over),
            false => self.one(index, test).await?,
        };
        failed.fetch_or(answer.verdict != Verdict::Accepted, Ordering::Relaxed);
        if let Some(follow) = self.follow {
            follow.tested(&answer);
        }
        Ok(answer)
    }

    async fn one(&self, index: usize, test: &Test) -> Result<TestAnswer, RunError> {
        let core = self.means.cores.take().await;
        let spec = RunSpec {
            limits: test.limits,
            stop_at_output_limit: true,
            core: core.as_ref().map(|core| core.number()),
            stdin: test.stdin.clone(),
            ..self.program.spec(&test.args, &test.files)
        };
        let ran = match self.interactor.and_then(|at| self.judges.get(at)) {
            None => {
                let result = self.run(&self.program.pool, spec, true).await?;
                Ran {
                    result,
                    judged: None,
                }
            }
            Some(interactor) => talk::between(self, spec, interactor, test).await?,
        };
        drop(core);
        let outcome = &ran.result.outcome;
        let own = verdict::judge(outcome.end, outcome.limit);
        let mut answer = TestAnswer {
            status: Some(own.status),
            limit: own.limit,
            exit_code: own.exit_code,
            signal: own.signal.clone(),
            usage: UsageAnswer::from(&outcome.usage),
            delay_ms: outcome
                .usage
                .delayed_us
                .map(|us| as_ms(Duration::from_micros(us))),
            disturbed: outcome
                .usage
                .delayed_us
                .map(|us| is_disturbed(us, &outcome.usage)),
            verdict: Verdict::of(own.status),
            ..skipped(index, test, true)
        };
        match ran.judged {
            Some((verdict, message)) => {
                answer.verdict = verdict;
                answer.message = Some(shown(&message)).filter(|message| !message.is_empty());
            }
            None if answer.verdict == Verdict::Accepted => {
                self.check(test, &ran.result, &mut answer).await?;
            }
            None => {}
        }
        if answer.verdict != Verdict::Accepted {
            answer.stdout = shown(&ran.result.text.stdout);
            answer.stderr = shown(&ran.result.text.stderr);
        }
        Ok(answer)
    }

    /// Looks at what the program wrote.
    async fn check(
        &self,
        test: &Test,
        result: &StageResult,
        answer: &mut TestAnswer,
    ) -> Result<(), RunError> {
        let written = &result.text.raw_stdout;
        let judge = match test.check {
            Check::Compare(checker) => {
                answer.difference = checker.compare(written, &test.expected);
                if answer.difference.is_some() {
                    answer.verdict = Verdict::WrongAnswer;
                }
                return Ok(());
            }
            Check::Program(at) => self.judges.get(at),
        };
        let Some(judge) = judge else {
            answer.verdict = Verdict::InternalError;
            return Ok(());
        };
        let contents = [&test.stdin, written, &test.expected];
        let beside: Vec<_> = CHECKED
            .iter()
            .zip(contents)
            .map(|(name, bytes)| file(name, bytes))
            .collect();
        let args = CHECKED.map(str::to_owned);
        let judged = self
            .run(&judge.pool, judge.spec(&args, &beside), false)
            .await?;
        answer.verdict = exits::verdict(judged.outcome.end);
        let said = [&judged.text.stderr, &judged.text.stdout];
        answer.message = said
            .into_iter()
            .find(|text| !text.is_empty())
            .map(|text| shown(text));
        Ok(())
    }

    /// One run, whose time counts as the program's own or not.
    pub(super) async fn run(
        &self,
        pool: &Pool,
        spec: RunSpec,
        counts: bool,
    ) -> Result<StageResult, RunError> {
        let mut own = Spent::default();
        let ran = stages::run_once_more(pool, spec, self.asker, &mut own, None).await;
        own.run = match &ran {
            Ok((_, took)) if counts => *took,
            _ => Duration::ZERO,
        };
        self.spent(own);
        ran.map(|(result, _)| result)
    }

    pub(super) fn spent(&self, own: Spent) {
        let mut all = self
            .spent
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        all.run += own.run;
        all.queued += own.queued;
        all.claiming += own.claiming;
        all.position = all.position.max(own.position);
    }
}

pub(super) fn file(name: &str, bytes: &[u8]) -> InputFile {
    InputFile {
        path: name.to_owned(),
        bytes: bytes.to_vec(),
        executable: false,
    }
}

fn is_disturbed(delayed_us: u64, usage: &Usage) -> bool {
    let cpu_us = usage.cpu_user_us + usage.cpu_system_us;
    delayed_us > DISTURBED_US && delayed_us > cpu_us / DISTURBED_SHARE
}

/// A test that was not run: by its own wish, or because the run was cancelled.
fn skipped(index: usize, test: &Test, by_wish: bool) -> TestAnswer {
    TestAnswer {
        index,
        name: test.name.clone(),
        verdict: match by_wish {
            true => Verdict::Skipped,
            false => Verdict::Cancelled,
        },
        weight: test.weight,
        status: None,
        limit: None,
        exit_code: None,
        signal: None,
        difference: None,
        message: None,
        stdout: String::new(),
        stderr: String::new(),
        usage: UsageAnswer::default(),
        delay_ms: None,
        disturbed: None,
    }
}

fn shown(text: &str) -> String {
    match text.char_indices().nth(SHOWN_CHARS) {
        None => text.to_owned(),
        Some((end, _)) => format!("{}…", &text[..end]),
    }
}
