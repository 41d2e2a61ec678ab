//! A process that lives in a waiting program's memory and does nothing, so that the memory outlives
//! the program: to take an interpreter's memory apart takes the kernel as long as a small program
//! runs, and the answer would wait for it. It dies with the sandbox, when the answer is on its way.
//!
//! It is behind every wall that the program is behind, which could make it run code of its own: it is
//! the program's memory. So its CPU time is compared: one that has used none since before the program
//! began has not executed an instruction, and cannot any more; any other counts as a process that the
//! program left behind.

use crate::failure::Failure;
use crate::sys::process;
use std::ffi::CStr;
use std::io;
use std::time::{Duration, Instant};

/// By which it is told from the program.
const NAME: &CStr = c"warmbox-shadow";

/// In a waiting program, when it has entered its sandbox: makes its shadow.
pub(super) fn make() -> io::Result<()> {
    process::make_idle_sibling(NAME).map(drop)
}

/// From its birth until it does nothing.
const SLEEPS_WITHIN: Duration = Duration::from_secs(10);

/// A shadow as its supervisor sees it.
#[derive(Debug, Clone, Copy)]
pub struct Shadow {
    pub pid: u32,
    used: Duration,
}

impl Shadow {
    /// Splits the children of a sandbox's first process into the program that waits and its shadow.
    pub(super) fn find(
        children: Vec<(u32, String)>,
    ) -> Result<(Option<u32>, Option<Self>), Failure> {
        let is_shadow = |name: &str| name.as_bytes() == NAME.to_bytes();
        let (shadows, programs): (Vec<_>, Vec<_>) =
            (children.into_iter()).partition(|(_, name)| is_shadow(name));
        let shadow = shadows.first().map(|(pid, _)| Self::asleep(*pid));
        Ok((programs.first().map(|(pid, _)| *pid), shadow.transpose()?))
    }

    /// Waits until it does nothing any more, and remembers what it has used until then: before its
    /// program begins. On a busy machine that can take a while.
    fn asleep(pid: u32) -> Result<Self, Failure> {
        let deadline = Instant::now() + SLEEPS_WITHIN;
        while !process::is_asleep(pid) {
            if Instant::now() > deadline {
                return Err(Failure {
                    step: "wait for the shadow of the program",
                    errno: libc::ETIMEDOUT,
                });
            }
            std::thread::sleep(Duration::from_micros(100));
        }
        Ok(Self {
            pid,
            used: process::cpu_of(pid as i32),
        })
    }

    /// Whether it is there and has done nothing since. Its number, given anew, would be that of a
    /// process which has used something else.
    pub fn is_idle(&self) -> bool {
        !self.used.is_zero() && process::cpu_of(self.pid as i32) == self.used
    }
}
