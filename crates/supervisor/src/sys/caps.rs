//! Capabilities, the no-new-privileges bit and dumpability.

use super::check;
use std::io;

pub const SETGID: u32 = 6;
pub const SETUID: u32 = 7;

const VERSION_3: u32 = 0x2008_0522;
const LAST_POSSIBLE: u32 = 63;

#[repr(C)]
struct Header {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
struct Sets {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

fn prctl(option: libc::c_int, a: libc::c_ulong, b: libc::c_ulong) -> io::Result<libc::c_long> {
    // SAFETY: the options used in this file take integers only.
    check(unsafe { libc::prctl(option, a, b, 0, 0) }.into())
}

/// Makes every permitted capability effective again: a change from uid 0 to another keeps the
/// first kind and drops the second.
pub fn make_effective() -> io::Result<()> {
    let header = Header {
        version: VERSION_3,
        pid: 0,
    };
    let mut sets = [Sets::default(); 2];
    // SAFETY: version 3 takes a header and two data structs, which outlive both calls.
    unsafe {
        check(libc::syscall(
            libc::SYS_capget,
            &raw const header,
            sets.as_mut_ptr(),
        ))?;
        for set in &mut sets {
            set.effective = set.permitted;
        }
        check(libc::syscall(
            libc::SYS_capset,
            &raw const header,
            sets.as_ptr(),
        ))?;
    }
    Ok(())
}

/// Keeps only the capabilities in `keep`, in every set: ambient and bounding included.
pub fn keep_only(keep: &[u32]) -> io::Result<()> {
    prctl(
        libc::PR_CAP_AMBIENT,
        libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong,
        0,
    )?;
    for cap in 0..=LAST_POSSIBLE {
        if keep.contains(&cap) {
            continue;
        }
        match prctl(libc::PR_CAPBSET_DROP, cap.into(), 0) {
            Ok(_) => {}
            // EINVAL: this kernel has no such capability; there is none above it either.
            Err(e) if e.raw_os_error() == Some(libc::EINVAL) => break,
            // Without CAP_SETPCAP the bounding set stays; the other sets are emptied below.
            Err(e) if e.raw_os_error() == Some(libc::EPERM) => break,
            Err(e) => return Err(e),
        }
    }
    let mut sets = [Sets::default(); 2];
    for &cap in keep {
        let word = &mut sets[(cap / 32) as usize];
        word.effective |= 1 << (cap % 32);
        word.permitted |= 1 << (cap % 32);
    }
    let header = Header {
        version: VERSION_3,
        pid: 0,
    };
    // SAFETY: version 3 takes a header and two data structs, which both outlive the call.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, sets.as_ptr()) })?;
    Ok(())
}

/// Neither set-uid files nor file capabilities give privileges to this process any more.
pub fn no_new_privileges() -> io::Result<()> {
    prctl(libc::PR_SET_NO_NEW_PRIVS, 1, 0).map(drop)
}

/// Keeps capabilities when the uid changes.
pub fn keep_over_uid_change() -> io::Result<()> {
    prctl(libc::PR_SET_KEEPCAPS, 1, 0).map(drop)
}

/// Whether others of the same uid may trace this process and read its memory.
pub fn set_dumpable(on: bool) -> io::Result<()> {
    prctl(libc::PR_SET_DUMPABLE, on.into(), 0).map(drop)
}

/// Asks for SIGKILL when the parent dies. Cleared by every change of identity: set it after.
pub fn die_with_parent() -> io::Result<()> {
    prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as libc::c_ulong, 0).map(drop)
}
