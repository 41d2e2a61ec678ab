//! Pseudo-terminals: pty(7).

use super::{check, mounts};
use std::ffi::CStr;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

/// A file system of terminals that is shown nowhere: only by its descriptor can one be made.
pub struct Terminals(OwnedFd);

/// The two ends of one: what is written to the one is read from the other.
pub struct Terminal {
    pub ours: OwnedFd,
    pub programs: OwnedFd,
}

impl Terminals {
    /// Mounts it on `folder` and takes the mount out of sight again.
    pub fn make(folder: &CStr) -> io::Result<Self> {
        let flags = libc::MS_NOSUID | libc::MS_NOEXEC;
        // Whoever holds the descriptor may open `ptmx`.
        let options = c"mode=0600,ptmxmode=0666";
        mounts::mount(
            Some(c"devpts"),
            folder,
            Some(c"devpts"),
            flags,
            Some(options),
        )?;
        let flags = libc::O_PATH | libc::O_DIRECTORY | libc::O_CLOEXEC;
        // SAFETY: a C string; the descriptor is owned from here on.
        let opened = unsafe {
            check(libc::open(folder.as_ptr(), flags).into())
                .map(|fd| OwnedFd::from_raw_fd(fd as libc::c_int))
        };
        mounts::take_away(folder)?;
        opened.map(Self)
    }

    /// A new terminal, in the name of the caller's file-system identity.
    pub fn open(&self) -> io::Result<Terminal> {
        let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
        // SAFETY: a C string and integers; both descriptors are owned from here on.
        unsafe {
            let ours = libc::openat(
                self.0.as_raw_fd(),
                c"ptmx".as_ptr(),
                flags | libc::O_NONBLOCK,
            );
            let ours = OwnedFd::from_raw_fd(check(ours.into())? as libc::c_int);
            let unlocked: libc::c_int = 0;
            let master = ours.as_raw_fd();
            check(libc::ioctl(master, libc::TIOCSPTLCK, &raw const unlocked).into())?;
            let programs = libc::ioctl(master, libc::TIOCGPTPEER, flags);
            let programs = OwnedFd::from_raw_fd(check(programs.into())? as libc::c_int);
            Ok(Terminal { ours, programs })
        }
    }
}

/// Sets a terminal's size in characters; its programs are told of it.
pub fn resize(terminal: BorrowedFd<'_>, rows: u16, columns: u16) -> io::Result<()> {
    let size = libc::winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    // SAFETY: the kernel reads one struct that outlives the call.
    check(unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSWINSZ, &raw const size) }.into())?;
    Ok(())
}

/// Makes descriptor `number` the terminal of this process's session, which it leads.
pub fn take(number: libc::c_int) -> io::Result<()> {
    // SAFETY: integers only.
    check(unsafe { libc::ioctl(number, libc::TIOCSCTTY, 0) }.into())?;
    Ok(())
}

/// Bytes that were written to a pipe and not read yet.
pub fn unread(pipe: BorrowedFd<'_>) -> io::Result<usize> {
    let mut bytes: libc::c_int = 0;
    // SAFETY: the kernel fills one integer that outlives the call.
    check(unsafe { libc::ioctl(pipe.as_raw_fd(), libc::FIONREAD, &raw mut bytes) }.into())?;
    Ok(usize::try_from(bytes).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::fd;
    use std::os::fd::AsFd;

    #[test]
    fn what_is_in_a_pipe_is_counted() {
        let (read, write) = fd::pipe().unwrap();
        assert_eq!(unread(write.as_fd()).unwrap(), 0);
        fd::write_all(write.as_fd(), b"abc").unwrap();
        assert_eq!(unread(write.as_fd()).unwrap(), 3);
        fd::read_exact(read.as_fd(), &mut [0; 2]).unwrap();
        assert_eq!(unread(write.as_fd()).unwrap(), 1);
    }
}
