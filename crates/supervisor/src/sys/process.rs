//! Processes: clone, wait, kill, limits.

use super::check;
use std::ffi::CStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::fs::FileExt;
use std::time::Duration;

/// What `clone` returned, on both sides.
pub enum Cloned {
    Parent { pid: i32, pidfd: OwnedFd },
    Child,
}

/// Forks into the namespaces of `flags` (`CLONE_NEW*`).
///
/// The child is a copy of this single-threaded process. It must end in `exec` or `exit_now`
/// and never return into code that believes itself to be the parent.
pub fn clone(flags: libc::c_int) -> io::Result<Cloned> {
    let mut pidfd: libc::c_int = -1;
    // SAFETY: all-zero bytes are a valid clone_args.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = (flags | libc::CLONE_PIDFD) as u64;
    args.pidfd = (&raw mut pidfd) as u64;
    // A sibling (`CLONE_PARENT`) ends as its parent wants it told of this process.
    let sibling = flags & libc::CLONE_PARENT != 0;
    args.exit_signal = if sibling { 0 } else { libc::SIGCHLD as u64 };
    // SAFETY: without CLONE_VM and without a stack this is a fork; the struct outlives the
    // call and its size is given. The process has one thread, so no lock is held by another.
    let pid = check(unsafe {
        libc::syscall(
            libc::SYS_clone3,
            &raw mut args,
            size_of::<libc::clone_args>(),
        )
    })?;
    if pid == 0 {
        return Ok(Cloned::Child);
    }
    Ok(Cloned::Parent {
        pid: pid as i32,
        // SAFETY: the kernel has just opened it for us.
        pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) },
    })
}

/// What a fork returned, on both sides.
pub enum Forked {
    Parent { pid: i32 },
    Child,
}

/// Forks this process, which has one thread.
pub fn fork() -> io::Result<Forked> {
    Ok(match clone(0)? {
        Cloned::Child => Forked::Child,
        Cloned::Parent { pid, .. } => Forked::Parent { pid },
    })
}

/// A descriptor of the child `pid`, which has not been waited for.
pub fn open_pidfd(pid: i32) -> io::Result<OwnedFd> {
    // SAFETY: integers only; the kernel has just opened it for us, closed on exec.
    unsafe {
        let fd = check(libc::syscall(libc::SYS_pidfd_open, pid, 0))?;
        Ok(OwnedFd::from_raw_fd(fd as libc::c_int))
    }
}

/// Makes a process that lives in this one's memory and does nothing: it keeps no descriptor and hears
/// no signal but SIGKILL and SIGSTOP. It is a sibling, so that this process has no child that it knows
/// nothing of. Answers its number.
pub fn make_idle_sibling(name: &'static CStr) -> io::Result<i32> {
    const STACK_BYTES: usize = 16 << 10;
    extern "C" fn idle(_nothing: *mut libc::c_void) -> libc::c_int {
        // SAFETY: integers only. Nothing here writes where the other process, whose thread-local
        // memory this is too, could see it.
        unsafe {
            libc::close_range(0, u32::MAX, 0);
            loop {
                libc::pause();
            }
        }
    }
    // SAFETY: the stack is mapped for this process alone and never given back, the sets are locals,
    // and `idle` never returns.
    unsafe {
        let stack = libc::mmap(
            std::ptr::null_mut(),
            STACK_BYTES,
            libc::PROT_READ | libc::PROT_WRITE,
            libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_STACK,
            -1,
            0,
        );
        if stack == libc::MAP_FAILED {
            return Err(io::Error::last_os_error());
        }
        // It is born with its name: nobody has to wait until it has given it to itself.
        let mut own_name = [0_u8; 16]; // prctl(2), PR_GET_NAME
        check(libc::prctl(libc::PR_GET_NAME, own_name.as_mut_ptr()).into())?;
        check(libc::prctl(libc::PR_SET_NAME, name.as_ptr()).into())?;
        let mut all: libc::sigset_t = std::mem::zeroed();
        let mut before: libc::sigset_t = std::mem::zeroed();
        libc::sigfillset(&raw mut all);
        check(libc::sigprocmask(libc::SIG_BLOCK, &raw const all, &raw mut before).into())?;
        let made = check(
            libc::clone(
                idle,
                stack.add(STACK_BYTES),
                libc::CLONE_VM | libc::CLONE_PARENT,
                std::ptr::null_mut(),
            )
            .into(),
        );
        check(libc::prctl(libc::PR_SET_NAME, own_name.as_ptr()).into())?;
        check(
            libc::sigprocmask(libc::SIG_SETMASK, &raw const before, std::ptr::null_mut()).into(),
        )?;
        made.map(|pid| pid as i32)
    }
}

/// The first fields of proc_pid_stat(5).
struct Standing {
    /// The program's own choice: it may hold spaces and parentheses.
    name: String,
    state: char,
    parent: u32,
}

fn standing_of(thread: u32) -> Option<Standing> {
    let text = std::fs::read_to_string(format!("/proc/{thread}/stat")).ok()?;
    let (front, rest) = text.rsplit_once(')')?;
    let (_, name) = front.split_once('(')?;
    let mut fields = rest.split_ascii_whitespace();
    Some(Standing {
        name: name.to_owned(),
        state: fields.next()?.chars().next()?,
        parent: fields.next()?.parse().ok()?,
    })
}

/// The process that will be told of the end of a thread's process.
pub fn parent_of(thread: u32) -> Option<u32> {
    standing_of(thread).map(|standing| standing.parent)
}

/// Whether a process is there and has not ended.
pub fn is_alive(pid: u32) -> bool {
    standing_of(pid).is_some_and(|standing| !"ZX".contains(standing.state))
}

/// Whether a process waits for something.
pub fn is_asleep(pid: u32) -> bool {
    standing_of(pid).is_some_and(|standing| standing.state == 'S')
}

/// The children of `pid`, so many at most, with their names. Numbers are given one after the other:
/// nearly always they are the next.
pub fn children_of(pid: u32, most: usize) -> Vec<(u32, String)> {
    let child = |number: u32| {
        let standing = standing_of(number)?;
        (standing.parent == pid).then_some((number, standing.name))
    };
    let next: Vec<_> = (pid + 1..).map_while(child).take(most).collect();
    if next.len() == most {
        return next;
    }
    let Ok(entries) = std::fs::read_dir("/proc") else {
        return Vec::new();
    };
    let numbers = entries
        .flatten()
        .filter_map(|entry| entry.file_name().to_str()?.parse().ok());
    numbers.filter_map(child).take(most).collect()
}

/// What a process holds in memory, with all that it shares.
pub fn resident_bytes(pid: i32) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{pid}/statm")).unwrap_or_default();
    let pages = text.split_ascii_whitespace().nth(1);
    // SAFETY: takes an integer, cannot fail.
    let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as u64;
    pages.and_then(|n| n.parse::<u64>().ok()).unwrap_or(0) * page
}

/// Leaves at once: no destructors, no buffers flushed, which belong to the parent's copy. By the call
/// that ends one thread, which is all there is: the filter holds the other one (`exit_group`) until
/// somebody listens.
pub fn exit_now(code: i32) -> ! {
    loop {
        // SAFETY: an integer only; does not return.
        unsafe { libc::syscall(libc::SYS_exit, code) };
    }
}

/// SIGKILL by descriptor: never hits a stranger, and a process already dead is no error.
pub fn kill(pidfd: &OwnedFd) -> io::Result<()> {
    // SAFETY: a null siginfo is allowed.
    let sent = check(unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            libc::SIGKILL,
            std::ptr::null::<libc::siginfo_t>(),
            0,
        )
    });
    match sent {
        Err(e) if e.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        other => other.map(drop),
    }
}

/// Sends a signal by number; a process that has ended is no error.
pub fn signal(pid: u32, signal: i32) -> io::Result<()> {
    // SAFETY: integers only.
    match check(unsafe { libc::kill(pid as i32, signal) }.into()) {
        Err(e) if e.raw_os_error() == Some(libc::ESRCH) => Ok(()),
        other => other.map(drop),
    }
}

/// A child that ended: its raw wait status and what it and its children used.
pub struct Ended {
    pub pid: i32,
    pub status: i32,
    pub used: Used,
}

/// Waits for the child `pid`, or for any child with -1. `Ok(None)`: with `block` false, none
/// has ended yet; with `block` true, there is no child left.
pub fn wait(pid: i32, block: bool) -> io::Result<Option<Ended>> {
    let mut status = 0;
    // SAFETY: all-zero bytes are a valid rusage.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    let options = if block { 0 } else { libc::WNOHANG };
    loop {
        // SAFETY: both pointers are to locals that outlive the call.
        let got = check(unsafe {
            libc::wait4(pid, &raw mut status, options | libc::__WALL, &raw mut usage).into()
        });
        match got {
            Ok(0) => return Ok(None),
            Ok(pid) => {
                let pid = pid as i32;
                let used = usage.into();
                return Ok(Some(Ended { pid, status, used }));
            }
            Err(e) if e.raw_os_error() == Some(libc::EINTR) => {}
            Err(e) if block && pid == -1 && e.raw_os_error() == Some(libc::ECHILD) => {
                return Ok(None);
            }
            Err(e) => return Err(e),
        }
    }
}

/// The child that has ended and will be waited for next; waits until there is one.
pub fn next_to_end() -> Option<i32> {
    // SAFETY: all-zero bytes are a valid siginfo, and the call fills it.
    unsafe {
        let mut info: libc::siginfo_t = std::mem::zeroed();
        let options = libc::WEXITED | libc::WNOWAIT | libc::__WALL;
        check(libc::waitid(libc::P_ALL, 0, &raw mut info, options).into()).ok()?;
        Some(info.si_pid())
    }
}

/// For how long a process was ready to run and had to wait, in microseconds; also of one that has ended
/// and was not waited for. Nothing where the kernel does not count it.
pub fn delay_of(pid: i32) -> Option<u64> {
    // Nanoseconds on a processor, nanoseconds of waiting for one, and how often.
    let text = std::fs::read_to_string(format!("/proc/{pid}/schedstat")).ok()?;
    let waited: u64 = text.split_ascii_whitespace().nth(1)?.parse().ok()?;
    Some(waited / 1000)
}

/// Lets a process, 0 for this one, run on one core only: the `nth` of those that it may run on, round
/// and round.
pub fn stay_on_core(pid: i32, nth: u32) -> io::Result<()> {
    let size = size_of::<libc::cpu_set_t>();
    // SAFETY: all-zero bytes are an empty set; both calls are given a live one and its size.
    unsafe {
        let mut may: libc::cpu_set_t = std::mem::zeroed();
        check(libc::sched_getaffinity(pid, size, &raw mut may).into())?;
        let all = 0..libc::CPU_SETSIZE as usize;
        let cores: Vec<usize> = all.filter(|core| libc::CPU_ISSET(*core, &may)).collect();
        let mut only: libc::cpu_set_t = std::mem::zeroed();
        if let Some(core) = cores.get(nth as usize % cores.len().max(1)) {
            libc::CPU_SET(*core, &mut only);
            check(libc::sched_setaffinity(pid, size, &raw const only).into())?;
        }
    }
    Ok(())
}

/// What this process and the children that it has waited for have used so far; the largest of these
/// children.
pub fn used() -> Used {
    let of = |who| {
        // SAFETY: all-zero bytes are a valid rusage, and the call fills it.
        let usage = unsafe {
            let mut usage: libc::rusage = std::mem::zeroed();
            libc::getrusage(who, &raw mut usage);
            usage
        };
        Used::from(usage)
    };
    let (own, children) = (of(libc::RUSAGE_SELF), of(libc::RUSAGE_CHILDREN));
    Used {
        user_us: own.user_us + children.user_us,
        system_us: own.system_us + children.system_us,
        largest_bytes: children.largest_bytes,
    }
}

/// CPU time, and the peak of the largest process.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Used {
    pub user_us: u64,
    pub system_us: u64,
    pub largest_bytes: u64,
}

impl From<libc::rusage> for Used {
    fn from(usage: libc::rusage) -> Self {
        Self {
            user_us: micros(usage.ru_utime),
            system_us: micros(usage.ru_stime),
            largest_bytes: (usage.ru_maxrss as u64) << 10,
        }
    }
}

/// CPU time so far of process `pid`, user and system together.
pub fn cpu_of(pid: i32) -> Duration {
    let mut clock: libc::clockid_t = 0;
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: both are locals that outlive the calls; a failure leaves the time at zero.
    unsafe {
        if libc::clock_getcpuclockid(pid, &raw mut clock) == 0 {
            libc::clock_gettime(clock, &raw mut time);
        }
    }
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// CPU time of this thread alone.
pub fn thread_cpu() -> Duration {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: the struct is a local that outlives the call; every Linux has this clock.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &raw mut time) };
    Duration::new(time.tv_sec as u64, time.tv_nsec as u32)
}

/// Whether two processes live in the same memory, as a child of `vfork` does in its parent's.
pub fn same_memory(a: u32, b: u32) -> bool {
    const KCMP_VM: libc::c_int = 1; // linux/kcmp.h
    // SAFETY: integers only.
    unsafe { libc::syscall(libc::SYS_kcmp, a, b, KCMP_VM, 0, 0) == 0 }
}

/// Opens the counters of what process `pid` reads and writes.
pub fn io_counters(pid: &str) -> io::Result<File> {
    File::open(format!("/proc/{pid}/io"))
}

/// Bytes that a process, and every child that was waited for by it, handed to write calls.
pub fn written_bytes(counters: &File) -> u64 {
    let mut bytes = [0; 512];
    let got = counters.read_at(&mut bytes, 0).unwrap_or(0);
    let text = String::from_utf8_lossy(&bytes[..got]);
    let found = text.lines().find_map(|line| line.strip_prefix("wchar: "));
    found.and_then(|number| number.parse().ok()).unwrap_or(0)
}

/// A `timeval` in microseconds.
fn micros(time: libc::timeval) -> u64 {
    (time.tv_sec as u64) * 1_000_000 + time.tv_usec as u64
}

/// Sets the soft and the hard limit of one resource of process `pid`, 0 for this one; a hard limit
/// that is lower already stays.
pub fn set_limit(pid: i32, resource: libc::c_int, soft: u64, hard: u64) -> io::Result<()> {
    let mut now = libc::rlimit64 {
        rlim_cur: 0,
        rlim_max: 0,
    };
    let resource = resource as libc::__rlimit_resource_t;
    // SAFETY: the structs are locals that outlive the calls.
    unsafe {
        check(libc::prlimit64(pid, resource, std::ptr::null(), &raw mut now).into())?;
        let hard = hard.min(now.rlim_max);
        let new = libc::rlimit64 {
            rlim_cur: soft.min(hard),
            rlim_max: hard,
        };
        check(libc::prlimit64(pid, resource, &raw const new, std::ptr::null_mut()).into())?;
    }
    Ok(())
}

/// Lets this process and what it forks open as many descriptors as it may ask for: where runs have
/// their supervisor's uid, the kernel counts what they send to each other as everybody's, up to the
/// limit of whoever sends.
pub fn raise_open_files() -> io::Result<()> {
    set_limit(0, libc::RLIMIT_NOFILE as _, u64::MAX, u64::MAX)
}

/// What is left out of the modes of files and folders that this process, and what it forks, makes.
pub fn set_umask(mask: u32) {
    // SAFETY: takes an integer, cannot fail.
    unsafe { libc::umask(mask as libc::mode_t) };
}

/// Starts a session of its own, away from any terminal and process group of the parent.
pub fn new_session() -> io::Result<()> {
    // SAFETY: takes nothing.
    check(unsafe { libc::setsid() }.into())?;
    Ok(())
}

/// Lowers the scheduling priority of this process and of what it forks, if it is not as low already.
pub fn be_nice(niceness: i32) -> io::Result<()> {
    // SAFETY: integers only.
    unsafe {
        let now = libc::getpriority(libc::PRIO_PROCESS, 0);
        check(libc::setpriority(libc::PRIO_PROCESS, 0, niceness.max(now)).into())?;
    }
    Ok(())
}

/// The name that `uname` shows in this UTS namespace; the domain's, which is the host's at first,
/// becomes what the kernel shows where there is none.
pub fn set_host_name(name: &str) -> io::Result<()> {
    const NO_DOMAIN: &str = "(none)";
    // SAFETY: pointers and lengths are of live strings.
    unsafe {
        check(libc::sethostname(name.as_ptr().cast(), name.len()).into())?;
        check(libc::setdomainname(NO_DOMAIN.as_ptr().cast(), NO_DOMAIN.len()).into())?;
    }
    Ok(())
}

/// Every signal back to its default and unblocked: ignored ones would survive exec.
pub fn reset_signals() -> io::Result<()> {
    // SAFETY: SIG_DFL is a valid handler, the set is a local filled before it is used; numbers
    // that cannot be changed (SIGKILL, SIGSTOP, the C library's own) are refused harmlessly.
    unsafe {
        for signal in 1..=64 {
            libc::signal(signal, libc::SIG_DFL);
        }
        let mut none: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut none);
        check(libc::sigprocmask(libc::SIG_SETMASK, &raw const none, std::ptr::null_mut()).into())?;
    }
    Ok(())
}
