//! The supervisor's end of a filter that tells: which calls wait, and letting them go on.
//!
//! Nothing is decided here. A call that waits is always let go on as it is; the kernel's manual
//! (seccomp_unotify(2)) warns that arguments may change meanwhile, which is of no matter to who
//! does not look at them.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd, RawFd};

/// `SECCOMP_USER_NOTIF_FD_SYNC_WAKE_UP` of the kernel's `linux/seccomp.h`.
const SYNC_WAKE_UP: u64 = 1;

/// Tells of calls that wait, until the last process with the filter has ended.
pub struct Listener(OwnedFd);

impl Listener {
    pub fn new(fd: OwnedFd) -> Self {
        // Who waits and who lets go take turns, so the kernel need not wake another core: a third
        // of the cost on an idle machine. Before Linux 6.6 it is refused, and does not matter.
        // SAFETY: integers only.
        unsafe {
            libc::ioctl(
                fd.as_raw_fd(),
                libc::SECCOMP_IOCTL_NOTIF_SET_FLAGS,
                SYNC_WAKE_UP,
            )
        };
        Self(fd)
    }

    /// Readable when a call waits.
    pub fn descriptor(&self) -> RawFd {
        self.0.as_raw_fd()
    }

    /// Takes one call that waits. `None`: its caller has died.
    pub fn take(&self) -> io::Result<Option<Waiting>> {
        // SAFETY: all-zero bytes are a valid seccomp_notif, which the kernel wants so and fills.
        let (done, notice) = unsafe {
            let mut notice: libc::seccomp_notif = std::mem::zeroed();
            let request = libc::SECCOMP_IOCTL_NOTIF_RECV;
            let done = libc::ioctl(self.0.as_raw_fd(), request, &raw mut notice);
            (done, notice)
        };
        if done == 0 {
            let call = match libc::c_long::from(notice.data.nr) {
                libc::SYS_exit_group | libc::SYS_tgkill => Call::Fail,
                _ => Call::Write,
            };
            return Ok(Some(Waiting {
                id: notice.id,
                thread: notice.pid,
                call,
            }));
        }
        match io::Error::last_os_error() {
            e if matches!(e.raw_os_error(), Some(libc::ENOENT | libc::EINTR)) => Ok(None),
            e => Err(e),
        }
    }

    /// Lets a call go on. One whose caller has died meanwhile is no error.
    pub fn let_go(&self, waiting: Waiting) -> io::Result<()> {
        // SAFETY: all-zero bytes are a valid seccomp_notif_resp; it outlives the call.
        let done = unsafe {
            let mut answer: libc::seccomp_notif_resp = std::mem::zeroed();
            answer.id = waiting.id;
            answer.flags = libc::SECCOMP_USER_NOTIF_FLAG_CONTINUE as u32;
            let request = libc::SECCOMP_IOCTL_NOTIF_SEND;
            libc::ioctl(self.0.as_raw_fd(), request, &raw mut answer)
        };
        match done {
            0 => Ok(()),
            _ => match io::Error::last_os_error() {
                e if e.raw_os_error() == Some(libc::ENOENT) => Ok(()),
                e => Err(e),
            },
        }
    }
}

/// A call that waits.
#[must_use = "a call that nobody lets go waits for ever"]
pub struct Waiting {
    id: u64,
    /// Its caller, as this process's /proc names it.
    pub thread: u32,
    pub call: Call,
}

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// A write to standard error.
    Write,
    /// The end of a process, with an exit code that tells of a failure or by SIGABRT.
    Fail,
}
