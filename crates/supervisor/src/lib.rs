//! The supervisor: PID 1 of a runner, and the only code of warmbox that makes kernel calls.
//!
//! Read it in this order:
//! - [`outer`]: the embedded engine's outer wall, put up once for every runner;
//! - [`sandbox`]: the inner wall, put up freshly for every run; `sandbox::enter` is the recipe;
//! - [`seccomp`]: which kernel calls user code may make, and why;
//! - [`cgroup`]: the kernel's ceiling over a run, where there can be one;
//! - [`runner`]: the loop that serves the link, one run at a time, and measures it;
//! - [`without`]: one wall left out, in builds for tests only.
//!
//! Nothing here trusts the child. Where a wall cannot be put up, nothing is run.

pub mod cgroup;
pub mod failure;
pub mod outer;
pub mod runner;
pub mod sandbox;
pub mod seccomp;
pub mod sys;
pub mod without;

pub use failure::Failure;
