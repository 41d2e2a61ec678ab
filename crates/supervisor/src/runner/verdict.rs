//! Which limit, if any, explains how a run ended. Pure.

use warmbox_protocol::{End, Limit, Limits, Usage};

/// What is known once everything is dead.
pub(super) struct Evidence {
    /// The limit at which the supervisor stopped the run, if it did.
    pub(super) stopped_at: Option<Limit>,
    pub(super) end: End,
    pub(super) usage: Usage,
    /// The kernel's out-of-memory killer took a process of this run.
    pub(super) killed_for_memory: bool,
    /// When the run ended, or when it wrote to standard error or failed.
    pub(super) disk_is_full: bool,
    /// A file was left that is as large as a file may be.
    pub(super) file_is_full: bool,
    /// When a process wrote to standard error or failed.
    pub(super) no_descriptor_left: bool,
}

/// Names the limit. A program that ran into a refusal, coped and ended well is not blamed.
pub(super) fn limit(evidence: &Evidence, limits: &Limits) -> Option<Limit> {
    if evidence.stopped_at.is_some() {
        return evidence.stopped_at;
    }
    let usage = &evidence.usage;
    if evidence.killed_for_memory || usage.peak_memory_bytes > limits.memory_bytes {
        return Some(Limit::Memory);
    }
    if usage.cpu_user_us + usage.cpu_system_us > limits.cpu_ms.saturating_mul(1000) {
        return Some(Limit::Cpu);
    }
    match evidence.end {
        End::Signaled(libc::SIGXFSZ) => Some(Limit::FileSize),
        End::Exited(0) | End::Stopped | End::Cancelled => None,
        End::Exited(_) | End::Signaled(_) if evidence.file_is_full => Some(Limit::FileSize),
        End::Exited(_) | End::Signaled(_) if evidence.disk_is_full => Some(Limit::Disk),
        End::Exited(_) | End::Signaled(_) if usage.processes_peak >= limits.processes => {
            Some(Limit::Processes)
        }
        End::Exited(_) | End::Signaled(_) if evidence.no_descriptor_left => Some(Limit::OpenFiles),
        End::Exited(_) | End::Signaled(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LIMITS: Limits = Limits {
        wall_ms: 1000,
        cpu_ms: 500,
        memory_bytes: 1000,
        processes: 10,
        output_bytes: 100,
        file_size_bytes: 100,
        disk_bytes: 100,
        open_files: 10,
    };

    fn ended(end: End) -> Evidence {
        Evidence {
            stopped_at: None,
            end,
            usage: Usage::default(),
            killed_for_memory: false,
            disk_is_full: false,
            file_is_full: false,
            no_descriptor_left: false,
        }
    }

    #[test]
    fn each_limit_is_named() {
        let failed = || ended(End::Exited(1));
        let cases = [
            (ended(End::Exited(0)), None),
            (failed(), None),
            (ended(End::Signaled(libc::SIGKILL)), None),
            (
                Evidence {
                    killed_for_memory: true,
                    ..ended(End::Signaled(libc::SIGKILL))
                },
                Some(Limit::Memory),
            ),
            (
                Evidence {
                    usage: Usage {
                        peak_memory_bytes: 1001,
                        ..Usage::default()
                    },
                    ..ended(End::Exited(0))
                },
                Some(Limit::Memory),
            ),
            (
                Evidence {
                    usage: Usage {
                        cpu_user_us: 400_000,
                        cpu_system_us: 100_001,
                        ..Usage::default()
                    },
                    ..ended(End::Exited(0))
                },
                Some(Limit::Cpu),
            ),
            (ended(End::Signaled(libc::SIGXFSZ)), Some(Limit::FileSize)),
            (
                Evidence {
                    disk_is_full: true,
                    ..failed()
                },
                Some(Limit::Disk),
            ),
            (
                Evidence {
                    file_is_full: true,
                    disk_is_full: true,
                    ..failed()
                },
                Some(Limit::FileSize),
            ),
            (
                Evidence {
                    no_descriptor_left: true,
                    ..failed()
                },
                Some(Limit::OpenFiles),
            ),
            (
                Evidence {
                    disk_is_full: true,
                    no_descriptor_left: true,
                    ..ended(End::Exited(0))
                },
                None,
            ),
            (
                Evidence {
                    usage: Usage {
                        processes_peak: 10,
                        ..Usage::default()
                    },
                    ..failed()
                },
                Some(Limit::Processes),
            ),
            (
                Evidence {
                    stopped_at: Some(Limit::Wall),
                    killed_for_memory: true,
                    ..ended(End::Stopped)
                },
                Some(Limit::Wall),
            ),
        ];
        for (i, (evidence, expected)) in cases.iter().enumerate() {
            assert_eq!(limit(evidence, &LIMITS), *expected, "case {i}");
        }
    }
}
