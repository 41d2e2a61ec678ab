//! The kinds of faults, and what they are called.

use std::fmt;

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Fault {
    RunnerKilled,
    RunnersKilled,
    SupervisorStopped,
    DaemonFrozen,
    DiskFull,
    Reload,
    WrongReload,
    ClockStepped,
    ServerStopped,
    ServerKilled,
}

impl Fault {
    pub(super) fn ends_the_server(self) -> bool {
        matches!(self, Self::ServerStopped | Self::ServerKilled)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::RunnerKilled => "SIGKILL of a runner",
            Self::RunnersKilled => "SIGKILL of every runner at once",
            Self::SupervisorStopped => "SIGSTOP of a supervisor for 2 to 8 s",
            Self::DaemonFrozen => "SIGSTOP of the Docker daemon for 3 to 14 s",
            Self::DiskFull => "a full disk for 1 to 6 s",
            Self::Reload => "SIGHUP with a new configuration",
            Self::WrongReload => "SIGHUP with a wrong configuration",
            Self::ClockStepped => "the server's wall clock an hour ahead, an hour behind, and back",
            Self::ServerStopped => "SIGTERM of the server, and a new one",
            Self::ServerKilled => "SIGKILL of the server, and a new one",
        })
    }
}
