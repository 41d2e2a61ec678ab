//! Leaving out one wall, for the tests that show that the next one still holds.
//!
//! Only in a build with the feature `weakened`, which no server takes for its own: its build id is
//! another. In every other build these are constants, and nothing of this is in the binary.

/// A wall that can be left out without harm to the machine that the tests run on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wall {
    /// The filter over user code's calls.
    Filter,
    /// No capability in any set of the program's.
    NoCapabilities,
    /// A uid of the program's own, unlike its first process's.
    OwnIdentity,
    /// The first process cannot be traced nor its memory read.
    NotDumpable,
    /// No user namespace in this one.
    NoUserNamespaces,
    /// Files of `/proc` that tell of the host are hidden.
    HiddenFiles,
    /// `/proc/sys` is read-only.
    ReadOnlyKnobs,
    /// The runner's root is read-only.
    ReadOnlyRoot,
    /// The first process closes what is not its sandbox's.
    ClosedAtEntry,
    /// The program closes everything above its streams.
    ClosedAtExec,
    /// Resource limits.
    Rlimits,
    /// The runner's cgroup.
    Cgroup,
    /// Memory and CPU time as measured.
    Meter,
    /// A network namespace of the runner's own, inside that of its container.
    Network,
}

/// Whether this wall is to be left out.
#[cfg(not(feature = "weakened"))]
pub const fn without(_: Wall) -> bool {
    false
}

/// Whether this wall is to be left out: the one that `WARMBOX_WITHOUT` names.
#[cfg(feature = "weakened")]
pub fn without(wall: Wall) -> bool {
    std::env::var("WARMBOX_WITHOUT").is_ok_and(|name| name == format!("{wall:?}"))
}

/// What this build says of itself.
pub fn build_id() -> String {
    let id = warmbox_protocol::BUILD_ID;
    match cfg!(feature = "weakened") {
        true => format!("{id}-weakened"),
        false => id.to_owned(),
    }
}
