//! The kernel's own ceiling over a run's memory, where the host lets the keeper have one.

/// A cgroup for the runs of one runner.
pub struct RunCgroup {}
