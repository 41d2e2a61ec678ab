//! What PID 1 of a runner gives up once its root stands.

use super::identity::{BLOCK, SUPERVISOR_ID};
use crate::failure::{Failure, Step};
use crate::sandbox::IdSource;
use crate::sys::{caps, ids, net, process};

/// Becomes the supervisor's identity inside its namespaces, before its root is built.
pub(super) fn take_identity(unique: bool) -> Result<(), Failure> {
    caps::keep_over_uid_change().step("keep capabilities")?;
    if unique {
        ids::clear_groups().step("leave all groups")?;
    }
    ids::become_ids(SUPERVISOR_ID, SUPERVISOR_ID).step("become the supervisor's identity")?;
    caps::make_effective().step("use capabilities")?;
    caps::die_with_parent().step("die with the keeper")?;
    process::new_session().step("start a session")
}

/// The network of a runner: loopback, and connections that leave no trace when they close.
pub(super) fn set_up_network() -> Result<(), Failure> {
    net::raise_loopback().step("bring loopback up")?;
    // A closed connection keeps its port for a minute, which the next run would notice; one whose
    // other end does not answer is tried again for minutes, with all that it had to send. Kernels that
    // do not let a namespace choose leave it so; it is no wall.
    for (knob, value) in [
        ("tcp_max_tw_buckets", "0"),
        ("tcp_orphan_retries", "1"),
        ("tcp_fin_timeout", "1"),
        ("tcp_rmem", "4096 65536 262144"),
        ("tcp_wmem", "4096 65536 262144"),
    ] {
        let _ = std::fs::write(format!("/proc/sys/net/ipv4/{knob}"), value);
    }
    process::set_host_name("runner").step("set the host name")
}

/// Gives up every capability that sandboxes do not need, forbids new ones and tracing, and
/// answers where runs get their identities from.
pub(super) fn give_up_privileges(unique: bool) -> Result<IdSource, Failure> {
    let (keep, source): (&[u32], _) = if unique {
        let all_but_own = IdSource::new(SUPERVISOR_ID + 1, BLOCK - 1);
        // To map a run's identities, which differ from the supervisor's, and to make files and
        // pipes in their name.
        (&[caps::SETUID, caps::SETGID], all_but_own)
    } else {
        let own = IdSource::Shared {
            uid: SUPERVISOR_ID,
            gid: SUPERVISOR_ID,
        };
        (&[], own)
    };
    caps::keep_only(keep).step("give up capabilities")?;
    caps::no_new_privileges().step("forbid new privileges")?;
    caps::set_dumpable(false).step("forbid tracing")?;
    Ok(source)
}
