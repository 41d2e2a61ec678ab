//! The filter over user code's kernel calls: an allow-list, written as data.
//!
//! [`policy`] says what is allowed and why; [`program`] turns it into the kernel's filter
//! language. A call that is not allowed is answered with an error, never with a kill: a
//! library that probes for a call and falls back goes on working, and an attacker learns
//! nothing that he could not read here.

mod listener;
pub mod policy;
mod program;

pub use listener::{Call, Listener, Waiting};

use crate::failure::{Failure, Step};
use policy::{Answer, Rule};
use std::io;
use std::os::fd::{FromRawFd, OwnedFd};

/// A filter ready to be installed, built before the sandbox so that nothing can fail late.
pub struct Filter {
    telling: Vec<libc::sock_filter>,
    silent: Vec<libc::sock_filter>,
}

impl Filter {
    /// The filter for user code on this machine's architecture.
    pub fn for_user_code() -> Self {
        let silent: Vec<Rule> = policy::RULES.iter().map(without_telling).collect();
        Self {
            telling: program::assemble(policy::RULES, policy::ARCHITECTURE),
            silent: program::assemble(&silent, policy::ARCHITECTURE),
        }
    }

    /// Installs the filter on this process for good. Needs no-new-privileges. Answers the
    /// descriptor on which it tells of calls that wait, or none where something above
    /// this process listens already and the kernel allows no second listener.
    pub fn install(&self) -> Result<Option<OwnedFd>, Failure> {
        let step = "install the system call filter";
        // Only a fatal signal may disturb a call that waits: another would make it fail.
        let telling =
            libc::SECCOMP_FILTER_FLAG_NEW_LISTENER | libc::SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
        match install(&self.telling, telling) {
            // SAFETY: the kernel has just opened it for us, closed on exec.
            Ok(fd) => Ok(Some(unsafe { OwnedFd::from_raw_fd(fd) })),
            // EBUSY: a listener is there already. EINVAL: before Linux 5.19.
            Err(e) if matches!(e.raw_os_error(), Some(libc::EBUSY | libc::EINVAL)) => {
                install(&self.silent, 0).step(step)?;
                Ok(None)
            }
            Err(e) => Err(e).step(step),
        }
    }
}

fn install(filter: &[libc::sock_filter], flags: libc::c_ulong) -> io::Result<libc::c_int> {
    let program = libc::sock_fprog {
        len: filter.len() as u16,
        filter: filter.as_ptr().cast_mut(),
    };
    // SAFETY: the program and its instructions outlive the call, which only reads them.
    let done = unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags,
            &raw const program,
        )
    };
    if done < 0 {
        Err(io::Error::last_os_error())
    } else {
        Ok(done as libc::c_int)
    }
}

/// The same rule where nobody listens.
fn without_telling(rule: &Rule) -> Rule {
    let silent = |answer| match answer {
        Answer::TellFirst => Answer::Allow,
        other => other,
    };
    Rule {
        answer: silent(rule.answer),
        otherwise: silent(rule.otherwise),
        ..*rule
    }
}
