//! The filter over user code's kernel calls: an allow-list, written as data.
//!
//! [`policy`] says what is allowed and why; [`program`] turns it into the kernel's filter
//! language. A call that is not allowed is answered with an error, never with a kill: a
//! library that probes for a call and falls back goes on working, and an attacker learns
//! nothing that he could not read here.

pub mod policy;
pub mod program;

use crate::failure::{Failure, Step};
use std::io;

/// A filter ready to be installed, built before the sandbox so that nothing can fail late.
pub struct Filter(Vec<libc::sock_filter>);

impl Filter {
    /// The filter for user code on this machine's architecture.
    pub fn for_user_code() -> Self {
        Self(program::assemble(policy::RULES, policy::ARCHITECTURE))
    }

    /// Installs the filter on this process for good. Needs no-new-privileges.
    pub fn install(&self) -> Result<(), Failure> {
        let program = libc::sock_fprog {
            len: self.0.len() as u16,
            filter: self.0.as_ptr().cast_mut(),
        };
        // SAFETY: the program and its instructions outlive the call, which only reads them.
        let done = unsafe {
            libc::syscall(
                libc::SYS_seccomp,
                libc::SECCOMP_SET_MODE_FILTER,
                0,
                &raw const program,
            )
        };
        if done == 0 {
            Ok(())
        } else {
            Err(io::Error::last_os_error()).step("install the system call filter")
        }
    }
}
