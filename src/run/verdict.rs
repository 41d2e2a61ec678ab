//! From how a stage ended to what is said about it. Pure.

use super::answer::Status;
use warmbox_protocol::{End, Limit};

/// What the answer says about the end of a stage.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    pub status: Status,
    /// `None` for a program that did not end by itself.
    pub exit_code: Option<i32>,
    /// The name of the signal that ended it.
    pub signal: Option<String>,
    /// The request field of the limit that fired or was run into.
    pub limit: Option<&'static str>,
}

/// Judges the run stage.
///
/// A limit explains a failure. A program that ended well in spite of one (a refused fork that it
/// coped with) is `ok`, and the limit is told. More time or memory than allowed is never `ok`,
/// even where the program ended by itself before anybody could stop it.
pub fn judge(end: End, limit: Option<Limit>) -> Verdict {
    let (exit_code, signal) = match end {
        End::Exited(code) => (Some(code), None),
        End::Signaled(number) => (None, Some(signal_name(number))),
        End::Stopped | End::Cancelled => (None, None),
    };
    let status = match (end, limit) {
        (End::Cancelled, _) => Status::Cancelled,
        (_, Some(limit @ (Limit::Memory | Limit::Cpu | Limit::Wall))) => status_of(limit),
        (End::Exited(0), _) => Status::Ok,
        (End::Stopped, None) => Status::InternalError,
        (End::Exited(_) | End::Signaled(_), None) => Status::RuntimeError,
        (End::Exited(_) | End::Signaled(_) | End::Stopped, Some(limit)) => status_of(limit),
    };
    Verdict {
        status,
        exit_code,
        signal,
        limit: limit.map(Limit::field),
    }
}

/// Judges the compile stage: its own fault, a limit of its own, or ours.
pub fn judge_compile(end: End, limit: Option<Limit>) -> Verdict {
    let mut verdict = judge(end, limit);
    if verdict.status == Status::RuntimeError {
        verdict.status = Status::CompileError;
    }
    if limit == Some(Limit::Wall) {
        verdict.limit = Some("compile_wall_ms");
    }
    verdict
}

fn status_of(limit: Limit) -> Status {
    match limit {
        Limit::Wall | Limit::Cpu => Status::TimeLimit,
        Limit::Memory => Status::MemoryLimit,
        Limit::Processes => Status::ProcessLimit,
        Limit::Output => Status::OutputLimit,
        Limit::FileSize | Limit::Disk => Status::DiskLimit,
        // an ordinary error in the program's eyes; `limit` names the reason
        Limit::OpenFiles => Status::RuntimeError,
    }
}

/// `SIGSEGV` for 11, as Linux numbers signals on x86-64 and arm64.
pub fn signal_name(number: i32) -> String {
    const NAMES: [&str; 31] = [
        "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2",
        "PIPE", "ALRM", "TERM", "STKFLT", "CHLD", "CONT", "STOP", "TSTP", "TTIN", "TTOU", "URG",
        "XCPU", "XFSZ", "VTALRM", "PROF", "WINCH", "IO", "PWR", "SYS",
    ];
    let index = usize::try_from(number)
        .ok()
        .and_then(|number| number.checked_sub(1));
    match index.and_then(|index| NAMES.get(index)) {
        Some(name) => format!("SIG{name}"),
        None if (34..=64).contains(&number) => format!("SIGRTMIN+{}", number - 34),
        None => format!("SIG{number}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use End::{Cancelled, Exited, Signaled, Stopped};

    #[test]
    fn every_end_has_its_status() {
        for (end, limit, status) in [
            (Exited(0), None, Status::Ok),
            (Exited(3), None, Status::RuntimeError),
            (Signaled(11), None, Status::RuntimeError),
            (Stopped, Some(Limit::Wall), Status::TimeLimit),
            (Stopped, Some(Limit::Cpu), Status::TimeLimit),
            (Stopped, Some(Limit::Output), Status::OutputLimit),
            (Signaled(9), Some(Limit::Memory), Status::MemoryLimit),
            (Exited(0), Some(Limit::Memory), Status::MemoryLimit),
            (Exited(1), Some(Limit::Processes), Status::ProcessLimit),
            (Exited(0), Some(Limit::Processes), Status::Ok),
            (Signaled(25), Some(Limit::FileSize), Status::DiskLimit),
            (Exited(1), Some(Limit::Disk), Status::DiskLimit),
            (Exited(1), Some(Limit::OpenFiles), Status::RuntimeError),
            (Stopped, None, Status::InternalError),
            (Cancelled, Some(Limit::Wall), Status::Cancelled),
        ] {
            let verdict = judge(end, limit);
            assert_eq!(verdict.status, status, "{end:?} {limit:?}");
            assert_eq!(verdict.limit, limit.map(Limit::field));
        }
    }

    #[test]
    fn code_and_signal_are_told_apart() {
        assert_eq!(judge(Exited(3), None).exit_code, Some(3));
        assert_eq!(judge(Signaled(11), None).signal.as_deref(), Some("SIGSEGV"));
        assert_eq!(signal_name(6), "SIGABRT");
        assert_eq!(signal_name(31), "SIGSYS");
        assert_eq!(signal_name(34), "SIGRTMIN+0");
        assert_eq!(
            (signal_name(0), signal_name(-5)),
            ("SIG0".into(), "SIG-5".into())
        );
    }

    #[test]
    fn a_compiler_that_fails_is_a_compile_error() {
        assert_eq!(judge_compile(Exited(1), None).status, Status::CompileError);
        let slow = judge_compile(Stopped, Some(Limit::Wall));
        assert_eq!(
            (slow.status, slow.limit),
            (Status::TimeLimit, Some("compile_wall_ms"))
        );
    }
}
