//! User and group identities. All calls are raw: they concern this thread alone, which is the
//! whole process here.

use super::{caps, check};
use std::io;

/// Becomes `uid`/`gid` for good: real, effective and saved.
pub fn become_ids(uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: integers only.
    check(unsafe { libc::syscall(libc::SYS_setresgid, gid, gid, gid) })?;
    // SAFETY: integers only.
    check(unsafe { libc::syscall(libc::SYS_setresuid, uid, uid, uid) })?;
    Ok(())
}

/// Leaves all supplementary groups.
pub fn clear_groups() -> io::Result<()> {
    // SAFETY: a count of zero reads nothing through the pointer.
    check(unsafe { libc::syscall(libc::SYS_setgroups, 0, std::ptr::null::<u32>()) })?;
    Ok(())
}

pub fn effective_uid() -> u32 {
    // SAFETY: cannot fail, touches no memory.
    unsafe { libc::geteuid() }
}

pub fn effective_gid() -> u32 {
    // SAFETY: cannot fail, touches no memory.
    unsafe { libc::getegid() }
}

/// Runs `work` with the file-system identity of `uid`/`gid`, so that what it creates belongs
/// to them and what it opens is checked against them. The kernel forgets the death signal and
/// the dumpable mark when identities change; the first is set again, the second is off after.
pub fn with_file_ids<T>(uid: u32, gid: u32, work: impl FnOnce() -> T) -> io::Result<T> {
    let (own_uid, own_gid) = (effective_uid(), effective_gid());
    set_file_ids(uid, gid)?;
    let result = work();
    set_file_ids(own_uid, own_gid)?;
    caps::die_with_parent()?;
    Ok(result)
}

fn set_file_ids(uid: u32, gid: u32) -> io::Result<()> {
    // setfs*id never report failure: they answer the value before, so ask again to be sure.
    // SAFETY: integers only.
    let now = unsafe {
        libc::syscall(libc::SYS_setfsgid, gid);
        libc::syscall(libc::SYS_setfsuid, uid);
        (
            libc::syscall(libc::SYS_setfsgid, u32::MAX),
            libc::syscall(libc::SYS_setfsuid, u32::MAX),
        )
    };
    if now == (gid.into(), uid.into()) {
        Ok(())
    } else {
        Err(io::Error::from_raw_os_error(libc::EPERM))
    }
}
