//! Files, opened only by descriptor below a folder that user code may have filled.

use super::check;
use std::ffi::{CStr, CString};
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// Opens `path` strictly below `folder`: no link on the way, no `..` out, no other mount, and
/// never waiting for a FIFO's other end.
pub fn open_beneath(
    folder: BorrowedFd<'_>,
    path: &CStr,
    flags: libc::c_int,
    mode: u32,
) -> io::Result<OwnedFd> {
    // SAFETY: all-zero bytes are a valid open_how.
    let mut how: libc::open_how = unsafe { std::mem::zeroed() };
    let always = libc::O_CLOEXEC | libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
    how.flags = (flags | always) as u64;
    how.mode = mode.into();
    how.resolve = libc::RESOLVE_BENEATH | libc::RESOLVE_NO_SYMLINKS | libc::RESOLVE_NO_XDEV;
    // SAFETY: path and struct outlive the call, the size is the struct's; the descriptor is
    // ours from here on.
    unsafe {
        let fd = check(libc::syscall(
            libc::SYS_openat2,
            folder.as_raw_fd(),
            path.as_ptr(),
            &raw const how,
            size_of::<libc::open_how>(),
        ))?;
        Ok(OwnedFd::from_raw_fd(fd as libc::c_int))
    }
}

/// Opens a trusted path of our own.
pub fn open(path: &CStr, flags: libc::c_int) -> io::Result<OwnedFd> {
    // SAFETY: the path outlives the call; the descriptor is ours from here on.
    unsafe {
        let fd = check(libc::open(path.as_ptr(), flags | libc::O_CLOEXEC).into())?;
        Ok(OwnedFd::from_raw_fd(fd as libc::c_int))
    }
}

/// Makes one folder in `folder`; one that is there already is no error.
pub fn make_folder(folder: BorrowedFd<'_>, name: &CStr, mode: u32) -> io::Result<()> {
    // SAFETY: the name outlives the call.
    let made = check(unsafe { libc::mkdirat(folder.as_raw_fd(), name.as_ptr(), mode) }.into());
    match made {
        Err(e) if e.raw_os_error() == Some(libc::EEXIST) => Ok(()),
        other => other.map(drop),
    }
}

/// Makes a folder at a trusted path of our own, belonging to `uid`/`gid`.
pub fn make_owned_folder(path: &CStr, mode: u32, uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: the path outlives the calls.
    unsafe {
        check(libc::mkdir(path.as_ptr(), 0o700).into())?;
        check(libc::chown(path.as_ptr(), uid, gid).into())?;
        check(libc::chmod(path.as_ptr(), mode).into())?;
    }
    Ok(())
}

/// What `fstat` tells of an open file.
pub fn status(fd: BorrowedFd<'_>) -> io::Result<libc::stat> {
    // SAFETY: all-zero bytes are a valid stat, which the call fills.
    unsafe {
        let mut status: libc::stat = std::mem::zeroed();
        check(libc::fstat(fd.as_raw_fd(), &raw mut status).into())?;
        Ok(status)
    }
}

/// Room in the file system that `fd` lies on.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Room {
    pub used_bytes: u64,
    pub used_inodes: u64,
    /// No block or no inode is left.
    pub full: bool,
}

pub fn room(fd: BorrowedFd<'_>) -> io::Result<Room> {
    // SAFETY: all-zero bytes are a valid statfs, which the call fills.
    let stat = unsafe {
        let mut stat: libc::statfs64 = std::mem::zeroed();
        check(libc::fstatfs64(fd.as_raw_fd(), &raw mut stat).into())?;
        stat
    };
    Ok(Room {
        used_bytes: (stat.f_blocks - stat.f_bfree) * stat.f_bsize as u64,
        used_inodes: stat.f_files - stat.f_ffree,
        full: stat.f_bfree == 0 || stat.f_ffree == 0,
    })
}

/// Names in a folder, `.` and `..` left out. Reads at most `limit` names, so that a folder
/// with millions of files costs no more than one with `limit`.
pub fn names(folder: BorrowedFd<'_>, limit: usize) -> io::Result<Vec<CString>> {
    let mut buffer = vec![0_u8; 32 << 10];
    let mut found = Vec::new();
    while found.len() < limit {
        // SAFETY: pointer and length are of one live buffer.
        let got = check(unsafe {
            libc::syscall(
                libc::SYS_getdents64,
                folder.as_raw_fd(),
                buffer.as_mut_ptr(),
                buffer.len(),
            )
        })? as usize;
        if got == 0 {
            break;
        }
        let mut rest = &buffer[..got];
        // struct linux_dirent64: ino u64, off i64, reclen u16, type u8, name with its NUL
        while let Some(length) = rest.get(16..18) {
            let length = usize::from(u16::from_ne_bytes([length[0], length[1]]));
            let Some(entry) = rest.get(..length).filter(|e| e.len() > 19) else {
                break;
            };
            if let Ok(name) = CStr::from_bytes_until_nul(&entry[19..])
                && name != c"."
                && name != c".."
                && found.len() < limit
            {
                found.push(name.to_owned());
            }
            rest = &rest[length..];
        }
    }
    Ok(found)
}

/// Takes the lock of an open file, or answers `false` where another process holds it.
pub fn try_lock(file: &File) -> io::Result<bool> {
    // SAFETY: integers only.
    let got = check(unsafe { libc::flock(file.as_raw_fd(), libc::LOCK_EX | libc::LOCK_NB) }.into());
    match got {
        Ok(_) => Ok(true),
        Err(e) if e.raw_os_error() == Some(libc::EWOULDBLOCK) => Ok(false),
        Err(e) => Err(e),
    }
}
