//! What a checker or an interactor says by its end, as those written with testlib do
//! (`testlib.h`, `TResult` and its exit codes).

use super::Verdict;
use warmbox_protocol::End;

/// The exit codes of testlib: `_ok`, `_wa`, `_pe`, `_fail`, `_dirt`, `_unexpected_eof`.
const OK: i32 = 0;
const WRONG: [i32; 4] = [1, 2, 4, 8];

/// Anything else, and any other end, is a failure of the checker itself.
pub(super) fn verdict(end: End) -> Verdict {
    match end {
        End::Exited(OK) => Verdict::Accepted,
        End::Exited(code) if WRONG.contains(&code) => Verdict::WrongAnswer,
        End::Cancelled => Verdict::Cancelled,
        End::Exited(_) | End::Signaled(_) | End::Stopped => Verdict::InternalError,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_checker_that_fails_says_nothing_of_the_program() {
        let said = [
            (End::Exited(0), Verdict::Accepted),
            (End::Exited(1), Verdict::WrongAnswer),
            (End::Exited(2), Verdict::WrongAnswer),
            (End::Exited(3), Verdict::InternalError),
            (End::Exited(77), Verdict::InternalError),
            (End::Signaled(11), Verdict::InternalError),
            (End::Stopped, Verdict::InternalError),
        ];
        for (end, expected) in said {
            assert_eq!(verdict(end), expected, "{end:?}");
        }
    }
}
