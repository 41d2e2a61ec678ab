//! Mounts and roots.

use super::check;
use std::ffi::CStr;
use std::io;

/// `mount(2)` with the strings that the call knows; absent ones are null.
pub fn mount(
    source: Option<&CStr>,
    target: &CStr,
    kind: Option<&CStr>,
    flags: libc::c_ulong,
    options: Option<&CStr>,
) -> io::Result<()> {
    let pointer = |s: Option<&CStr>| s.map_or(std::ptr::null(), CStr::as_ptr);
    // SAFETY: every pointer is null or a C string that outlives the call.
    let done = unsafe {
        libc::mount(
            pointer(source),
            target.as_ptr(),
            pointer(kind),
            flags,
            pointer(options).cast(),
        )
    };
    check(done.into())?;
    Ok(())
}

/// No mount made from here on reaches another namespace, nor one made there us.
pub fn make_all_private() -> io::Result<()> {
    mount(None, c"/", None, libc::MS_REC | libc::MS_PRIVATE, None)
}

/// Shows `source` at `target` too, with the mounts below it if `deep`.
pub fn bind(source: &CStr, target: &CStr, deep: bool) -> io::Result<()> {
    let deep = if deep { libc::MS_REC } else { 0 };
    mount(Some(source), target, None, libc::MS_BIND | deep, None)
}

/// Adds attributes (`MOUNT_ATTR_*`) to a mount and everything below it. Linux 5.12 and newer.
pub fn add_attributes(target: &CStr, attributes: u64) -> io::Result<()> {
    let attr = libc::mount_attr {
        attr_set: attributes,
        attr_clr: 0,
        propagation: 0,
        userns_fd: 0,
    };
    // SAFETY: path and struct outlive the call, and the size given is the struct's.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            libc::AT_FDCWD,
            target.as_ptr(),
            libc::AT_RECURSIVE,
            &raw const attr,
            size_of::<libc::mount_attr>(),
        )
    })?;
    Ok(())
}

/// Takes the mount at `target` out of sight; it lives on for those who hold a descriptor into it.
pub fn take_away(target: &CStr) -> io::Result<()> {
    // SAFETY: a C string that outlives the call.
    check(unsafe { libc::umount2(target.as_ptr(), libc::MNT_DETACH) }.into())?;
    Ok(())
}

/// Makes `new_root` the root and lets go of the old one with everything in it.
pub fn replace_root(new_root: &CStr) -> io::Result<()> {
    // SAFETY: C strings that outlive the calls. "." twice stacks the old root over the new
    // one at "/", where it can be detached without a folder to hold it (see pivot_root(2)).
    unsafe {
        check(libc::chdir(new_root.as_ptr()).into())?;
        check(libc::syscall(
            libc::SYS_pivot_root,
            c".".as_ptr(),
            c".".as_ptr(),
        ))?;
        check(libc::umount2(c".".as_ptr(), libc::MNT_DETACH).into())?;
        check(libc::chdir(c"/".as_ptr()).into())?;
    }
    Ok(())
}
