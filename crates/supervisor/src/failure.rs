//! The one error of the sandbox path: which step failed, and the kernel's answer.
//!
//! It is `Copy` and holds no heap data, so that it can be made between fork and exec and
//! sent through a pipe.

use std::fmt;
use std::io;

/// A step that the kernel refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failure {
    /// The step in words, as they stand in the recipe.
    pub step: &'static str,
    pub errno: i32,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let error = io::Error::from_raw_os_error(self.errno);
        write!(f, "cannot {}: {error}", self.step)
    }
}

impl std::error::Error for Failure {}

/// Names the step that an `io::Result` belongs to.
pub trait Step<T> {
    fn step(self, step: &'static str) -> Result<T, Failure>;
}

impl<T> Step<T> for io::Result<T> {
    fn step(self, step: &'static str) -> Result<T, Failure> {
        self.map_err(|error| Failure {
            step,
            errno: error.raw_os_error().unwrap_or(libc::EIO),
        })
    }
}
