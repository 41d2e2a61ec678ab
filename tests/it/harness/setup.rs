//! What the suite is proved under: who runs the server, and what makes its runners.

use super::containers;
use std::fs;
use std::os::unix::fs::MetadataExt;

/// Who runs the server, on which engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Setup {
    /// Whoever runs the tests, on the embedded engine.
    Own,
    /// An ordinary user without a range of subordinate ids, on the embedded engine; needs root to
    /// become.
    Nobody,
    /// Whoever runs the tests, with containers for runners.
    Docker,
}

impl Setup {
    pub(crate) fn engine(self) -> &'static str {
        match self {
            Setup::Own | Setup::Nobody => "embedded",
            Setup::Docker => "docker",
        }
    }
}

/// Every setup that these tests are to prove. One that this machine lacks is not left out: it
/// fails, and says what mends it.
///
/// `WARMBOX_TEST_ENGINES` (`embedded` or `docker`) is for whoever develops without the other one.
pub(crate) fn setups() -> Vec<Setup> {
    let mut setups = match root() {
        true => vec![Setup::Own, Setup::Nobody, Setup::Docker],
        false => vec![Setup::Own, Setup::Docker],
    };
    if let Some(only) = std::env::var_os("WARMBOX_TEST_ENGINES") {
        assert!(
            only == "docker" || std::env::var_os("CI").is_none(),
            "in CI the tests run on both engines: unset WARMBOX_TEST_ENGINES"
        );
        setups.retain(|setup| only == setup.engine());
        assert!(
            !setups.is_empty(),
            "WARMBOX_TEST_ENGINES is {only:?}: it can be embedded or docker"
        );
    }
    setups
}

/// The one for what does not depend on it.
pub(crate) fn usual() -> Setup {
    setups()[0]
}

/// Whether root runs the tests.
pub(crate) fn root() -> bool {
    fs::metadata("/proc/self").expect("/proc is there").uid() == 0
}

/// Fails where a server with this setup could make no runner.
pub(super) fn require(setup: Setup) {
    if setup == Setup::Docker {
        containers::require_docker();
    }
}
