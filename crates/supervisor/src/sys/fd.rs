//! Descriptors: pipes, socket pairs, passing, polling.

use super::check;
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::os::unix::fs::MetadataExt;

/// A pipe as (read end, write end), closed on exec.
pub fn pipe() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    // SAFETY: the array has room for the two descriptors, which are owned from here on.
    unsafe {
        check(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC).into())?;
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// Two connected stream sockets, closed on exec.
pub fn socket_pair() -> io::Result<(OwnedFd, OwnedFd)> {
    let mut ends = [0; 2];
    let kind = libc::SOCK_STREAM | libc::SOCK_CLOEXEC;
    // SAFETY: as in `pipe`.
    unsafe {
        check(libc::socketpair(libc::AF_UNIX, kind, 0, ends.as_mut_ptr()).into())?;
        Ok((OwnedFd::from_raw_fd(ends[0]), OwnedFd::from_raw_fd(ends[1])))
    }
}

/// What tells an open file from others, whoever has it open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    device: u64,
    inode: u64,
}

impl Identity {
    pub fn of(fd: BorrowedFd<'_>) -> io::Result<Self> {
        // SAFETY: all-zero bytes are a valid stat, and the call fills it.
        let found = unsafe {
            let mut found: libc::stat = std::mem::zeroed();
            check(libc::fstat(fd.as_raw_fd(), &raw mut found).into())?;
            found
        };
        Ok(Self {
            device: found.st_dev,
            inode: found.st_ino,
        })
    }

    /// Of a descriptor of another process, by its path in /proc.
    pub fn of_other(path: &str) -> io::Result<Self> {
        let found = std::fs::metadata(path)?;
        Ok(Self {
            device: found.dev(),
            inode: found.ino(),
        })
    }
}

/// Reads and writes on this descriptor answer `WouldBlock` instead of waiting.
pub fn set_nonblocking(fd: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: integers only.
    unsafe {
        let flags = check(libc::fcntl(fd.as_raw_fd(), libc::F_GETFL).into())?;
        let flags = flags as libc::c_int | libc::O_NONBLOCK;
        check(libc::fcntl(fd.as_raw_fd(), libc::F_SETFL, flags).into())?;
    }
    Ok(())
}

/// Reads once, repeating after a signal. Zero is end-of-file.
pub fn read(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<usize> {
    loop {
        // SAFETY: pointer and length are of one live buffer.
        let got = check(unsafe {
            libc::read(fd.as_raw_fd(), into.as_mut_ptr().cast(), into.len()) as libc::c_long
        });
        match got {
            Err(e) if e.raw_os_error() == Some(libc::EINTR) => {}
            other => return other.map(|n| n as usize),
        }
    }
}

/// Writes once, repeating after a signal.
pub fn write(fd: BorrowedFd<'_>, bytes: &[u8]) -> io::Result<usize> {
    loop {
        // SAFETY: pointer and length are of one live buffer.
        let put = check(unsafe {
            libc::write(fd.as_raw_fd(), bytes.as_ptr().cast(), bytes.len()) as libc::c_long
        });
        match put {
            Err(e) if e.raw_os_error() == Some(libc::EINTR) => {}
            other => return other.map(|n| n as usize),
        }
    }
}

/// Writes everything; for blocking descriptors.
pub fn write_all(fd: BorrowedFd<'_>, mut bytes: &[u8]) -> io::Result<()> {
    while !bytes.is_empty() {
        let put = write(fd, bytes)?;
        bytes = &bytes[put..];
    }
    Ok(())
}

/// Reads exactly `into.len()` bytes; for blocking descriptors.
pub fn read_exact(fd: BorrowedFd<'_>, into: &mut [u8]) -> io::Result<()> {
    let mut done = 0;
    while done < into.len() {
        match read(fd, &mut into[done..])? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            n => done += n,
        }
    }
    Ok(())
}

/// Waits until one of `fds` is ready or `timeout_ms` has passed (-1: for ever); an
/// interruption counts as nothing ready.
pub fn poll(fds: &mut [libc::pollfd], timeout_ms: i32) -> io::Result<()> {
    // SAFETY: pointer and length are of one live slice.
    let ready = check(unsafe {
        libc::poll(fds.as_mut_ptr(), fds.len() as libc::nfds_t, timeout_ms).into()
    });
    match ready {
        Err(e) if e.raw_os_error() == Some(libc::EINTR) => {
            for fd in fds {
                fd.revents = 0;
            }
            Ok(())
        }
        other => other.map(drop),
    }
}

/// An entry for [`poll`]; a descriptor of -1 is passed over.
pub fn poll_entry(fd: RawFd, events: libc::c_short) -> libc::pollfd {
    libc::pollfd {
        fd,
        events,
        revents: 0,
    }
}

/// As many descriptors as go with one message.
const MOST_CARRIED: usize = 4;

#[repr(C, align(8))]
struct Carried {
    header: libc::cmsghdr,
    fds: [RawFd; MOST_CARRIED],
}

/// Sends bytes, few enough to go at once, and one descriptor with the first of them.
pub fn send_fd(socket: BorrowedFd<'_>, bytes: &[u8], fd: BorrowedFd<'_>) -> io::Result<()> {
    send_fds(socket, bytes, &[fd])
}

/// Sends bytes, few enough to go at once, and up to four descriptors with the first of them.
pub fn send_fds(socket: BorrowedFd<'_>, bytes: &[u8], fds: &[BorrowedFd<'_>]) -> io::Result<()> {
    if fds.len() > MOST_CARRIED {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let size = size_of_val(fds) as u32;
    let mut part = libc::iovec {
        iov_base: bytes.as_ptr().cast_mut().cast(),
        iov_len: bytes.len(),
    };
    // SAFETY: plain data; lengths are what the macros compute and fit into `Carried`; all buffers
    // outlive the call.
    unsafe {
        let mut control: Carried = std::mem::zeroed();
        control.header.cmsg_len = libc::CMSG_LEN(size) as _;
        control.header.cmsg_level = libc::SOL_SOCKET;
        control.header.cmsg_type = libc::SCM_RIGHTS;
        for (slot, fd) in control.fds.iter_mut().zip(fds) {
            *slot = fd.as_raw_fd();
        }
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = (&raw mut control).cast();
        message.msg_controllen = libc::CMSG_SPACE(size) as _;
        check(libc::sendmsg(socket.as_raw_fd(), &raw const message, libc::MSG_NOSIGNAL) as _)?;
    }
    Ok(())
}

/// Receives one byte and the descriptor that came with it, if one did.
pub fn receive_fd(socket: BorrowedFd<'_>) -> io::Result<(u8, Option<OwnedFd>)> {
    let (byte, carried) = receive_fds(socket)?;
    Ok((byte, carried.into_iter().next()))
}

/// Receives one byte and the descriptors that came with it.
pub fn receive_fds(socket: BorrowedFd<'_>) -> io::Result<(u8, Vec<OwnedFd>)> {
    let mut data = [0_u8];
    let mut part = libc::iovec {
        iov_base: data.as_mut_ptr().cast(),
        iov_len: 1,
    };
    // SAFETY: as in `send_fds`; the kernel fills the control buffer within the given length,
    // and the descriptors in it are ours from then on.
    unsafe {
        let mut control: Carried = std::mem::zeroed();
        let mut message: libc::msghdr = std::mem::zeroed();
        message.msg_iov = &raw mut part;
        message.msg_iovlen = 1;
        message.msg_control = (&raw mut control).cast();
        message.msg_controllen = size_of::<Carried>() as _;
        let flags = libc::MSG_CMSG_CLOEXEC;
        let got = check(libc::recvmsg(socket.as_raw_fd(), &raw mut message, flags) as _)?;
        if got == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let carries = message.msg_controllen as usize >= size_of::<libc::cmsghdr>()
            && control.header.cmsg_level == libc::SOL_SOCKET
            && control.header.cmsg_type == libc::SCM_RIGHTS;
        let bytes = (control.header.cmsg_len as usize).saturating_sub(libc::CMSG_LEN(0) as usize);
        let count = if carries {
            bytes / size_of::<RawFd>()
        } else {
            0
        };
        let fds = control.fds.iter().take(count);
        Ok((data[0], fds.map(|&fd| OwnedFd::from_raw_fd(fd)).collect()))
    }
}

/// Makes `fd` also known as `number`, kept open over exec.
pub fn duplicate_to(fd: BorrowedFd<'_>, number: RawFd) -> io::Result<()> {
    if fd.as_raw_fd() == number {
        // dup2 onto itself would leave close-on-exec set.
        // SAFETY: integers only.
        check(unsafe { libc::fcntl(number, libc::F_SETFD, 0) }.into())?;
        return Ok(());
    }
    // SAFETY: integers only; whatever had the number is closed on purpose.
    check(unsafe { libc::dup2(fd.as_raw_fd(), number) }.into())?;
    Ok(())
}

/// Marks every descriptor from `first` up to be closed by exec.
pub fn close_on_exec_from(first: u32) -> io::Result<()> {
    // SAFETY: integers only; nothing is closed yet, so no owner is cheated.
    check(unsafe {
        libc::syscall(
            libc::SYS_close_range,
            first,
            u32::MAX,
            libc::CLOSE_RANGE_CLOEXEC,
        )
    })?;
    Ok(())
}

/// Closes every descriptor but those in `keep` and, for libraries that expect the first three
/// to be open, /dev/null under 0, 1 and 2.
pub fn close_all_but(keep: &mut [RawFd]) -> io::Result<()> {
    let nothing = super::fs::open(c"/dev/null", libc::O_RDWR)?;
    for number in (0..3).filter(|number| !keep.contains(number)) {
        // SAFETY: integers only; whatever had the number is closed on purpose.
        check(unsafe { libc::dup2(nothing.as_raw_fd(), number) }.into())?;
    }
    keep.sort_unstable();
    let mut first: u32 = 3;
    for &mut kept in keep.iter_mut().filter(|kept| **kept > 2) {
        close_range(first, kept as u32)?;
        first = kept as u32 + 1;
    }
    close_range(first, u32::MAX)?;
    std::mem::forget(nothing); // closed just now
    Ok(())
}

/// Closes every descriptor from `first` up. Their owners must be forgotten, not dropped.
pub fn close_from(first: u32) -> io::Result<()> {
    close_range(first, u32::MAX)
}

/// Closes the descriptors from `first` to the one before `end`.
fn close_range(first: u32, end: u32) -> io::Result<()> {
    if first < end {
        // SAFETY: integers only. Owners of these descriptors are never used again: callers
        // are forks on their way to exec or exit.
        check(unsafe { libc::syscall(libc::SYS_close_range, first, end - 1, 0) })?;
    }
    Ok(())
}
