//! A program and an interactor that talk: what the one writes the other reads. Each is on a runner of
//! its own, behind all walls; the server carries their words.

use super::course::{Course, Ran, Ready, file};
use super::{Test, Verdict, exits};
use crate::follow::{Follow, Input};
use crate::pool::{ClaimError, Claimed};
use crate::run::answer::Status;
use crate::run::stages::Spent;
use crate::run::{RunError, verdict};
use std::time::Instant;
use tokio::time::timeout;
use warmbox_protocol::{End, Following, RunSpec};

/// What one may have written that the other has not read.
const UNREAD_BYTES: usize = 1 << 20;
/// What an interactor finds beside itself, and its arguments, as testlib has them: the test's input,
/// where it may write what it has seen, and what was expected.
const FOUND: [&str; 3] = ["input", "output", "answer"];

/// Runs both until both have ended.
pub(super) async fn between(
    course: &Course<'_>,
    spec: RunSpec,
    interactor: &Ready,
    test: &Test,
) -> Result<Ran, RunError> {
    let (to_program, to_interactor) = (Input::new(UNREAD_BYTES), Input::new(UNREAD_BYTES));
    let beside = [file(FOUND[0], &test.stdin), file(FOUND[2], &test.expected)];
    let talks = |spec: RunSpec| RunSpec {
        stdin: Vec::new(),
        stdin_open: true,
        following: Following::Live,
        ..spec
    };
    let program = talks(spec);
    let interactor_spec = RunSpec {
        limits: interactor.request.limits.run,
        ..talks(interactor.spec(&FOUND.map(str::to_owned), &beside))
    };
    let (one, other) = claim_both(course, interactor).await?;
    let cancel = course.asker.cancel;
    let programs = async {
        let mut follow = Follow::talking(to_program.clone(), to_interactor.clone());
        let (used, result) = one.run(program, cancel, Some(&mut follow)).await;
        to_interactor.close();
        used.into_iter().for_each(crate::pool::Used::recycle);
        result.map(|result| (result, Instant::now()))
    };
    let interactors = async {
        let mut follow = Follow::talking(to_interactor.clone(), to_program.clone());
        let (used, result) = other.run(interactor_spec, cancel, Some(&mut follow)).await;
        to_program.close();
        used.into_iter().for_each(crate::pool::Used::recycle);
        result.map(|result| (result, Instant::now()))
    };
    let began = Instant::now();
    let (program, interactor) = tokio::join!(programs, interactors);
    let ((program, program_ended), (interactor, interactor_ended)) = (program?, interactor?);
    course.spent(Spent {
        run: began.elapsed(),
        ..Spent::default()
    });
    let own = verdict::judge(program.outcome.end, program.outcome.limit).status;
    let said = exits::verdict(interactor.outcome.end);
    let first = program_ended < interactor_ended;
    let verdict = decide(own, program.outcome.end, said, first);
    Ok(Ran {
        result: program,
        judged: Some((verdict, interactor.text.stderr)),
    })
}

/// Who is right. An interactor whose partner fails mostly complains as well, and a program whose
/// interactor has heard enough mostly fails: whoever ended first tells more.
fn decide(own: Status, end: End, said: Verdict, program_was_first: bool) -> Verdict {
    match own {
        Status::Ok => said,
        // A limit is the program's own fault, whatever the other says.
        Status::RuntimeError if !program_was_first && said == Verdict::WrongAnswer => said,
        // It had its verdict, and was not told to go on reading.
        Status::RuntimeError
            if !program_was_first && said == Verdict::Accepted && end == End::Signaled(PIPE) =>
        {
            said
        }
        own => Verdict::of(own),
    }
}

const PIPE: i32 = 13; // SIGPIPE

/// Claims two runners, one test at a time: two that had one each would wait for each other.
async fn claim_both(
    course: &Course<'_>,
    interactor: &Ready,
) -> Result<(Claimed, Claimed), RunError> {
    let (program, began) = (&course.program.pool, Instant::now());
    let language = &program.language().name;
    if *language == interactor.pool.language().name && program.settings().max < 2 {
        return Err(RunError::OneRunner(language.clone()));
    }
    let patience = program.settings().queue_timeout;
    let Ok(_pair) = timeout(patience, course.means.pairs.lock()).await else {
        let language = language.clone();
        let late = ClaimError::TooLong {
            language,
            waited: patience,
        };
        return Err(late.into());
    };
    let one = course.program.pool.claim(course.asker).await?;
    let other = interactor.pool.claim(course.asker).await?;
    let queued = one.queued + other.queued;
    course.spent(Spent {
        queued,
        position: one.position.max(other.position),
        claiming: began.elapsed().saturating_sub(queued),
        ..Spent::default()
    });
    Ok((one.runner, other.runner))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_ended_first_tells_more() {
        let exited = End::Exited(1);
        let cases = [
            (
                Status::Ok,
                exited,
                Verdict::Accepted,
                true,
                Verdict::Accepted,
            ),
            (
                Status::Ok,
                exited,
                Verdict::WrongAnswer,
                false,
                Verdict::WrongAnswer,
            ),
            (
                Status::RuntimeError,
                exited,
                Verdict::WrongAnswer,
                true,
                Verdict::RuntimeError,
            ),
            (
                Status::RuntimeError,
                exited,
                Verdict::WrongAnswer,
                false,
                Verdict::WrongAnswer,
            ),
            (
                Status::RuntimeError,
                exited,
                Verdict::Accepted,
                false,
                Verdict::RuntimeError,
            ),
            (
                Status::RuntimeError,
                End::Signaled(PIPE),
                Verdict::Accepted,
                false,
                Verdict::Accepted,
            ),
            (
                Status::TimeLimit,
                End::Stopped,
                Verdict::WrongAnswer,
                false,
                Verdict::TimeLimit,
            ),
            (
                Status::Ok,
                exited,
                Verdict::InternalError,
                true,
                Verdict::InternalError,
            ),
        ];
        for (own, end, said, first, expected) in cases {
            assert_eq!(
                decide(own, end, said, first),
                expected,
                "{own:?} {said:?} {first}"
            );
        }
    }
}
