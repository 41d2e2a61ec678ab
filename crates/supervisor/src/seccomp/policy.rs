//! What user code may ask of the kernel, and why. Data only.
//!
//! Starting points: the default profile of Docker (moby `profiles/seccomp/default.json`) for
//! what programs need, and the manual of ioi/isolate ("System call restrictions") for what
//! leaks between runs. A rule here is the first wall; most refusals stand before a second one
//! (no capability, no mapped uid 0, no device), named in SECURITY.md.

/// What a matching call is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Allow,
    /// The call waits until the supervisor lets it go on: see `runner::watch`.
    TellFirst,
    /// Success, and nothing is done.
    AsIfDone,
    /// EPERM: the call exists, and user code may not make it.
    NotPermitted,
    /// ENOSYS: libraries that probe for the call fall back to an older one.
    NoSuchCall,
}

/// A condition on a call's arguments.
#[derive(Debug, Clone, Copy)]
pub enum When {
    Always,
    /// None of the bits of `mask` is set.
    NoBits {
        argument: u32,
        mask: u32,
    },
    /// Every check finds its argument among its values.
    OneOf(&'static [Check]),
    /// The first list in which every check does decides, by its own answer.
    FirstOf(&'static [(&'static [Check], Answer)]),
}

/// Looks at the low half of an argument, which is all of it where the kernel takes 32 bits; with
/// [`UPPER`] at the other half.
#[derive(Debug, Clone, Copy)]
pub struct Check {
    pub argument: u32,
    pub values: &'static [u32],
}

/// Added to an argument's number: its upper half.
pub const UPPER: u32 = 1 << 8;

#[derive(Debug, Clone, Copy)]
pub struct Rule {
    pub reason: &'static str,
    pub when: When,
    pub answer: Answer,
    /// For a call whose arguments do not meet `when`.
    pub otherwise: Answer,
    pub calls: &'static [libc::c_long],
}

#[cfg(target_arch = "x86_64")]
pub const ARCHITECTURE: u32 = 0xc000_003e; // AUDIT_ARCH_X86_64
#[cfg(target_arch = "aarch64")]
pub const ARCHITECTURE: u32 = 0xc000_00b7; // AUDIT_ARCH_AARCH64

const fn allow(reason: &'static str, calls: &'static [libc::c_long]) -> Rule {
    rule(reason, When::Always, Answer::Allow, Answer::Allow, calls)
}

const fn refuse(reason: &'static str, calls: &'static [libc::c_long]) -> Rule {
    let no = Answer::NotPermitted;
    rule(reason, When::Always, no, no, calls)
}

const fn absent(reason: &'static str, calls: &'static [libc::c_long]) -> Rule {
    let no = Answer::NoSuchCall;
    rule(reason, When::Always, no, no, calls)
}

const fn only(reason: &'static str, when: When, calls: &'static [libc::c_long]) -> Rule {
    rule(reason, when, Answer::Allow, Answer::NotPermitted, calls)
}

const fn rule(
    reason: &'static str,
    when: When,
    answer: Answer,
    otherwise: Answer,
    calls: &'static [libc::c_long],
) -> Rule {
    Rule {
        reason,
        when,
        answer,
        otherwise,
        calls,
    }
}

const NEW_NAMESPACES: u32 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWNET
    | libc::CLONE_NEWIPC
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWCGROUP) as u32;

/// From the kernel's `asm-generic/fcntl.h`; libc does not have them.
const F_SETSIG: u32 = 10;
const F_GETSIG: u32 = 11;
const F_SETOWN_EX: u32 = 15;
const F_GETOWN_EX: u32 = 16;

const INTERNET: &[u32] = &[libc::AF_INET as u32, libc::AF_INET6 as u32];
/// All that `setrlimit` knows but the size of a core.
const LIMITS_BUT_CORE: &[u32] = &[0, 1, 2, 3, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const _: () = assert!(libc::RLIMIT_CORE == 4);
const STREAMS_AND_DATAGRAMS: &[u32] = &[1, 2, 0x801, 0x802, 0x8_0001, 0x8_0002, 0x8_0801, 0x8_0802];
const LOCAL_TYPES: &[u32] = &[
    1, 2, 5, 0x801, 0x802, 0x805, 0x8_0001, 0x8_0002, 0x8_0005, 0x8_0801, 0x8_0802, 0x8_0805,
];
const _: () = assert!(
    libc::SOCK_STREAM == 1
        && libc::SOCK_DGRAM == 2
        && libc::SOCK_SEQPACKET == 5
        && libc::SOCK_NONBLOCK == 0x800
        && libc::SOCK_CLOEXEC == 0x8_0000
);
const PLAIN_PROTOCOLS: &[u32] = &[0, libc::IPPROTO_TCP as u32, libc::IPPROTO_UDP as u32];

#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    allow("reading and writing open files", &[
        libc::SYS_read, libc::SYS_readv, libc::SYS_pread64,
        libc::SYS_pwrite64, libc::SYS_preadv, libc::SYS_pwritev, libc::SYS_preadv2,
        libc::SYS_pwritev2, libc::SYS_lseek, libc::SYS_close, libc::SYS_close_range,
        libc::SYS_dup, libc::SYS_dup3, libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync_file_range,
        libc::SYS_copy_file_range, libc::SYS_fadvise64, libc::SYS_readahead, libc::SYS_fallocate,
        libc::SYS_ftruncate, libc::SYS_truncate,
    ]),
    rule("writing everything to disk: what a run can write lies in memory, and the rest is the host's, which \
          would be slowed down",
        When::Always, Answer::AsIfDone, Answer::AsIfDone, &[libc::SYS_sync, libc::SYS_syncfs]),
    rule("writing; to standard error only after the supervisor has read what was written before, so \
          that both streams can be put together in the order of writing",
        When::OneOf(&[Check { argument: 0, values: &[2] }]), Answer::TellFirst, Answer::Allow,
        &[libc::SYS_write, libc::SYS_writev]),
    only("settings and record locks of open files; no notice of what others do in a folder, no lease that \
          holds up who opens a file, no hint that stays with a shared one",
        When::OneOf(&[Check { argument: 1, values: &[
            libc::F_DUPFD as u32, libc::F_DUPFD_CLOEXEC as u32, libc::F_GETFD as u32,
            libc::F_SETFD as u32, libc::F_GETFL as u32, libc::F_SETFL as u32,
            libc::F_GETLK as u32, libc::F_SETLK as u32, libc::F_SETLKW as u32,
            libc::F_OFD_GETLK as u32, libc::F_OFD_SETLK as u32, libc::F_OFD_SETLKW as u32,
            libc::F_GETOWN as u32, libc::F_SETOWN as u32, F_GETOWN_EX, F_SETOWN_EX,
            F_GETSIG, F_SETSIG, libc::F_GETPIPE_SZ as u32, libc::F_SETPIPE_SZ as u32,
            libc::F_GETLEASE as u32, libc::F_GET_SEALS as u32, libc::F_ADD_SEALS as u32,
        ] }]),
        &[libc::SYS_fcntl]),
    allow("naming files: the mount namespace decides what there is to name", &[
        libc::SYS_openat, libc::SYS_openat2, libc::SYS_newfstatat, libc::SYS_fstat,
        libc::SYS_statx, libc::SYS_statfs, libc::SYS_fstatfs, libc::SYS_faccessat,
        libc::SYS_faccessat2, libc::SYS_readlinkat, libc::SYS_getdents64, libc::SYS_getcwd,
        libc::SYS_chdir, libc::SYS_fchdir, libc::SYS_mkdirat, libc::SYS_unlinkat,
        libc::SYS_renameat, libc::SYS_renameat2, libc::SYS_linkat, libc::SYS_symlinkat,
        libc::SYS_fchmod, libc::SYS_fchmodat, libc::SYS_fchown, libc::SYS_fchownat,
        libc::SYS_utimensat, libc::SYS_umask, libc::SYS_mknodat,
        libc::SYS_getxattr, libc::SYS_lgetxattr, libc::SYS_fgetxattr, libc::SYS_listxattr,
        libc::SYS_llistxattr, libc::SYS_flistxattr, libc::SYS_setxattr, libc::SYS_lsetxattr,
        libc::SYS_fsetxattr, libc::SYS_removexattr, libc::SYS_lremovexattr, libc::SYS_fremovexattr,
    ]),
    #[cfg(target_arch = "x86_64")]
    allow("the older forms of the same, which only this architecture has", &[
        libc::SYS_open, libc::SYS_creat, libc::SYS_stat, libc::SYS_lstat, libc::SYS_access,
        libc::SYS_readlink, libc::SYS_getdents, libc::SYS_mkdir, libc::SYS_rmdir,
        libc::SYS_unlink, libc::SYS_rename, libc::SYS_link, libc::SYS_symlink, libc::SYS_chmod,
        libc::SYS_chown, libc::SYS_lchown, libc::SYS_utime, libc::SYS_utimes,
        libc::SYS_futimesat, libc::SYS_mknod, libc::SYS_dup2, libc::SYS_pipe, libc::SYS_fork,
        libc::SYS_vfork, libc::SYS_poll, libc::SYS_select, libc::SYS_epoll_create,
        libc::SYS_epoll_wait, libc::SYS_eventfd, libc::SYS_signalfd,
        libc::SYS_alarm, libc::SYS_pause, libc::SYS_getpgrp, libc::SYS_time,
        libc::SYS_arch_prctl,
    ]),
    allow("memory of its own", &[
        libc::SYS_brk, libc::SYS_mmap, libc::SYS_munmap, libc::SYS_mremap, libc::SYS_mprotect,
        libc::SYS_madvise, libc::SYS_mincore, libc::SYS_msync, libc::SYS_mlock,
        libc::SYS_mlock2, libc::SYS_munlock, libc::SYS_mlockall, libc::SYS_munlockall,
        libc::SYS_membarrier, libc::SYS_get_mempolicy,
        libc::SYS_pkey_alloc, libc::SYS_pkey_free, libc::SYS_pkey_mprotect,
    ]),
    allow("processes and threads, all inside the run's pid namespace", &[
        libc::SYS_execve, libc::SYS_execveat, libc::SYS_exit,
        libc::SYS_wait4, libc::SYS_waitid, libc::SYS_kill, libc::SYS_tkill,
        libc::SYS_getpid, libc::SYS_getppid, libc::SYS_gettid, libc::SYS_setpgid,
        libc::SYS_getpgid, libc::SYS_setsid, libc::SYS_getsid, libc::SYS_set_tid_address,
        libc::SYS_set_robust_list, libc::SYS_get_robust_list, libc::SYS_rseq, libc::SYS_futex,
        libc::SYS_futex_waitv, libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal,
        libc::SYS_getcpu, libc::SYS_restart_syscall,
    ]),
    rule("signals to a thread; its own SIGABRT as the end with a failure below",
        When::OneOf(&[Check { argument: 2, values: &[libc::SIGABRT as u32] }]),
        Answer::TellFirst, Answer::Allow, &[libc::SYS_tgkill]),
    rule("ending; with a failure only after the supervisor has looked at what is open, alive and full, \
          so that it can name the limit that a program ran into",
        When::OneOf(&[Check { argument: 0, values: &[0] }]), Answer::Allow, Answer::TellFirst,
        &[libc::SYS_exit_group]),
    only("threads and forks, but no new namespace: most kernel holes begin in one",
        When::NoBits { argument: 0, mask: NEW_NAMESPACES }, &[libc::SYS_clone]),
    absent("its flags lie in memory where a filter cannot see them; libc falls back to clone",
        &[libc::SYS_clone3]),
    allow("signals, to and from its own processes", &[
        libc::SYS_rt_sigaction, libc::SYS_rt_sigprocmask, libc::SYS_rt_sigreturn,
        libc::SYS_rt_sigsuspend, libc::SYS_rt_sigpending, libc::SYS_rt_sigtimedwait,
        libc::SYS_rt_sigqueueinfo, libc::SYS_rt_tgsigqueueinfo, libc::SYS_sigaltstack,
        libc::SYS_signalfd4,
    ]),
    allow("time, read only; timers of its own", &[
        libc::SYS_clock_gettime, libc::SYS_clock_getres, libc::SYS_clock_nanosleep,
        libc::SYS_nanosleep, libc::SYS_gettimeofday, libc::SYS_times, libc::SYS_getitimer,
        libc::SYS_setitimer, libc::SYS_timer_create, libc::SYS_timer_settime,
        libc::SYS_timer_gettime, libc::SYS_timer_getoverrun, libc::SYS_timer_delete,
        libc::SYS_timerfd_create, libc::SYS_timerfd_settime, libc::SYS_timerfd_gettime,
    ]),
    allow("scheduling within what its limits leave; raising needs a capability it lacks", &[
        libc::SYS_sched_yield, libc::SYS_sched_getaffinity, libc::SYS_sched_getparam,
        libc::SYS_sched_getscheduler, libc::SYS_sched_get_priority_max,
        libc::SYS_sched_get_priority_min, libc::SYS_sched_rr_get_interval,
        libc::SYS_sched_getattr, libc::SYS_getpriority, libc::SYS_ioprio_get,
    ]),
    rule("the same of any process but the sandbox's first, which may have the program's own uid",
        When::FirstOf(&[(&[Check { argument: 0, values: &[1] }], Answer::NotPermitted)]),
        Answer::Allow, Answer::Allow,
        &[libc::SYS_sched_setaffinity, libc::SYS_sched_setparam, libc::SYS_sched_setscheduler]),
    rule("the same; not by uid, which the first process may share",
        When::FirstOf(&[
            (&[Check { argument: 0, values: &[libc::PRIO_USER] }], Answer::NotPermitted),
            (&[Check { argument: 1, values: &[1] }], Answer::NotPermitted),
        ]), Answer::Allow, Answer::Allow, &[libc::SYS_setpriority]),
    allow("who and where it is", &[
        libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid, libc::SYS_getegid,
        libc::SYS_getresuid, libc::SYS_getresgid, libc::SYS_getgroups, libc::SYS_capget,
        libc::SYS_uname, libc::SYS_sysinfo, libc::SYS_getrusage, libc::SYS_getrlimit,
        libc::SYS_getrandom,
    ]),
    allow("changing identity: only its own uid is mapped, so nothing else can be reached", &[
        libc::SYS_setuid, libc::SYS_setgid, libc::SYS_setreuid, libc::SYS_setregid,
        libc::SYS_setresuid, libc::SYS_setresgid, libc::SYS_setfsuid, libc::SYS_setfsgid,
        libc::SYS_setgroups,
    ]),
    only("its own limits, which it can only lower; but the size of a core stays at 1, which keeps the host's \
          core handler asleep (0 would not: core(5))",
        When::OneOf(&[Check { argument: 0, values: LIMITS_BUT_CORE }]), &[libc::SYS_setrlimit]),
    only("the same by its newer name, where no new limit means asking; never those of another process",
        When::FirstOf(&[
            (&[
                Check { argument: 0, values: &[0] },
                Check { argument: 1, values: LIMITS_BUT_CORE },
            ], Answer::Allow),
            (&[
                Check { argument: 0, values: &[0] },
                Check { argument: 2, values: &[0] },
                Check { argument: 2 | UPPER, values: &[0] },
            ], Answer::Allow),
        ]), &[libc::SYS_prlimit64]),
    allow("waiting for descriptors; pipes and events", &[
        libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_epoll_create1, libc::SYS_epoll_ctl,
        libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2, libc::SYS_pipe2, libc::SYS_eventfd2,
    ]),
    only("local sockets, TCP and UDP, to itself: other families, types and protocols reach the kernel's \
          weakest code (AF_ALG, AF_VSOCK, netlink, SCTP, DCCP, MPTCP), and the network namespace holds \
          nothing but loopback",
        When::FirstOf(&[
            (&[
                Check { argument: 0, values: &[libc::AF_UNIX as u32] },
                Check { argument: 1, values: LOCAL_TYPES },
                Check { argument: 2, values: &[0] },
            ], Answer::Allow),
            (&[
                Check { argument: 0, values: INTERNET },
                Check { argument: 1, values: STREAMS_AND_DATAGRAMS },
                Check { argument: 2, values: PLAIN_PROTOCOLS },
            ], Answer::Allow),
        ]), &[libc::SYS_socket]),
    only("pairs of local sockets",
        When::OneOf(&[
            Check { argument: 0, values: &[libc::AF_UNIX as u32] },
            Check { argument: 1, values: LOCAL_TYPES },
        ]), &[libc::SYS_socketpair]),
    allow("using sockets once made", &[
        libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4,
        libc::SYS_connect, libc::SYS_shutdown, libc::SYS_getsockname, libc::SYS_getpeername,
        libc::SYS_getsockopt, libc::SYS_sendto, libc::SYS_recvfrom,
        libc::SYS_sendmsg, libc::SYS_recvmsg, libc::SYS_sendmmsg, libc::SYS_recvmmsg,
    ]),
    only("the ordinary options of sockets; not those that outlive their process (IPv6 flow labels), that \
          make both ends of a connection deaf to each other so that neither ever ends (minimum TTL, \
          signatures), that take the machine's memory for compiled filters and nobody's, or that lead to \
          other protocols (TLS, ESP, SMC)",
        When::FirstOf(&[
            (&[
                Check { argument: 1, values: &[libc::SOL_SOCKET as u32] },
                Check { argument: 2, values: &[
                    libc::SO_REUSEADDR as u32, libc::SO_BROADCAST as u32, libc::SO_SNDBUF as u32,
                    libc::SO_RCVBUF as u32, libc::SO_KEEPALIVE as u32, libc::SO_OOBINLINE as u32,
                    libc::SO_LINGER as u32, libc::SO_REUSEPORT as u32, libc::SO_PASSCRED as u32,
                    libc::SO_RCVLOWAT as u32, libc::SO_RCVTIMEO as u32, libc::SO_SNDTIMEO as u32,
                    libc::SO_TIMESTAMP as u32, libc::SO_PRIORITY as u32, libc::SO_DONTROUTE as u32,
                ] },
            ], Answer::Allow),
            (&[
                Check { argument: 1, values: &[libc::IPPROTO_TCP as u32] },
                Check { argument: 2, values: &[
                    libc::TCP_NODELAY as u32, libc::TCP_MAXSEG as u32, libc::TCP_CORK as u32,
                    libc::TCP_KEEPIDLE as u32, libc::TCP_KEEPINTVL as u32, libc::TCP_KEEPCNT as u32,
                    libc::TCP_DEFER_ACCEPT as u32, libc::TCP_QUICKACK as u32,
                    libc::TCP_USER_TIMEOUT as u32, libc::TCP_NOTSENT_LOWAT as u32,
                ] },
            ], Answer::Allow),
            (&[
                Check { argument: 1, values: &[libc::IPPROTO_IP as u32] },
                Check { argument: 2, values: &[
                    libc::IP_TOS as u32, libc::IP_TTL as u32, libc::IP_PKTINFO as u32,
                    libc::IP_MTU_DISCOVER as u32, libc::IP_RECVERR as u32,
                    libc::IP_MULTICAST_IF as u32, libc::IP_MULTICAST_TTL as u32,
                    libc::IP_MULTICAST_LOOP as u32, libc::IP_ADD_MEMBERSHIP as u32,
                    libc::IP_DROP_MEMBERSHIP as u32,
                ] },
            ], Answer::Allow),
            (&[
                Check { argument: 1, values: &[libc::IPPROTO_IPV6 as u32] },
                Check { argument: 2, values: &[
                    libc::IPV6_V6ONLY as u32, libc::IPV6_UNICAST_HOPS as u32,
                    libc::IPV6_MULTICAST_IF as u32, libc::IPV6_MULTICAST_HOPS as u32,
                    libc::IPV6_MULTICAST_LOOP as u32, libc::IPV6_ADD_MEMBERSHIP as u32,
                    libc::IPV6_DROP_MEMBERSHIP as u32, libc::IPV6_MTU_DISCOVER as u32,
                    libc::IPV6_RECVERR as u32, libc::IPV6_RECVPKTINFO as u32,
                    libc::IPV6_TCLASS as u32,
                ] },
            ], Answer::Allow),
            (&[
                Check { argument: 1, values: &[libc::IPPROTO_UDP as u32] },
                Check { argument: 2, values: &[libc::UDP_CORK as u32] },
            ], Answer::Allow),
        ]), &[libc::SYS_setsockopt]),
    allow("POSIX queues, which end with the run's ipc namespace and are bounded by an rlimit", &[
        libc::SYS_mq_open, libc::SYS_mq_unlink, libc::SYS_mq_timedsend,
        libc::SYS_mq_timedreceive, libc::SYS_mq_notify, libc::SYS_mq_getsetattr,
    ]),
    absent("memory that belongs to no process and no sized tmpfs, so that nothing bounds it; \
            /dev/shm is there instead", &[
        libc::SYS_shmget, libc::SYS_shmat, libc::SYS_shmdt, libc::SYS_shmctl, libc::SYS_msgget,
        libc::SYS_msgsnd, libc::SYS_msgrcv, libc::SYS_msgctl, libc::SYS_semget, libc::SYS_semop,
        libc::SYS_semtimedop, libc::SYS_semctl, libc::SYS_memfd_create,
        libc::SYS_memfd_secret,
    ]),
    only("device calls that programs make on files, pipes and terminals; not those that push \
          input into one (TIOCSTI, TIOCLINUX: CVE-2016-9016, CVE-2017-5226)",
        When::OneOf(&[Check { argument: 1, values: &[
            libc::TCGETS as u32, libc::TIOCGWINSZ as u32, libc::TIOCGPGRP as u32,
            libc::FIONREAD as u32, libc::FIONBIO as u32, libc::FIOCLEX as u32,
            libc::FIONCLEX as u32, libc::TCSETS as u32, libc::TCSETSW as u32,
            libc::TCSETSF as u32, libc::SIOCGIFCONF as u32, libc::TIOCGPTN as u32,
            libc::TIOCOUTQ as u32, 0x802c_542a, // TCGETS2
            // of a terminal of the run's own, whose other end is the supervisor's
            libc::TIOCSPGRP as u32, libc::TIOCGSID as u32, libc::TIOCSWINSZ as u32,
            libc::TCFLSH as u32, libc::TCSBRK as u32, libc::TCXONC as u32,
        ] }]), &[libc::SYS_ioctl]),
    only("settings of its own process that open nothing: no filter of its own, no memory map \
          surgery, no tracing",
        When::OneOf(&[Check { argument: 0, values: &[
            libc::PR_SET_PDEATHSIG as u32, libc::PR_GET_PDEATHSIG as u32,
            libc::PR_GET_DUMPABLE as u32, libc::PR_SET_DUMPABLE as u32,
            libc::PR_SET_NAME as u32, libc::PR_GET_NAME as u32,
            libc::PR_SET_NO_NEW_PRIVS as u32, libc::PR_GET_NO_NEW_PRIVS as u32,
            libc::PR_GET_SECCOMP as u32, libc::PR_CAPBSET_READ as u32,
            libc::PR_SET_TIMERSLACK as u32, libc::PR_GET_TIMERSLACK as u32,
            libc::PR_SET_CHILD_SUBREAPER as u32, libc::PR_GET_CHILD_SUBREAPER as u32,
            libc::PR_GET_KEEPCAPS as u32, libc::PR_GET_SECUREBITS as u32,
            libc::PR_SET_THP_DISABLE as u32, libc::PR_GET_THP_DISABLE as u32,
            libc::PR_GET_TID_ADDRESS as u32, libc::PR_SET_VMA as u32, libc::PR_CAP_AMBIENT as u32,
        ] }]), &[libc::SYS_prctl]),
    only("asking for the execution domain, or for a fixed address layout; no foreign one",
        When::OneOf(&[Check { argument: 0, values: &[0, 0x0004_0000, 0xffff_ffff] }]),
        &[libc::SYS_personality]),

    refuse("new namespaces and roots", &[
        libc::SYS_unshare, libc::SYS_setns, libc::SYS_chroot, libc::SYS_pivot_root,
    ]),
    refuse("mounts, by the old calls and the new ones", &[
        libc::SYS_mount, libc::SYS_umount2, libc::SYS_open_tree, libc::SYS_move_mount,
        libc::SYS_fsopen, libc::SYS_fsconfig, libc::SYS_fsmount, libc::SYS_fspick,
        libc::SYS_mount_setattr,
    ]),
    refuse("looking into or writing into other processes", &[
        libc::SYS_ptrace, libc::SYS_process_vm_readv, libc::SYS_process_vm_writev,
        libc::SYS_process_madvise, libc::SYS_kcmp, libc::SYS_pidfd_getfd,
    ]),
    refuse("key rings, which belong to the uid and the session and outlive a run", &[
        libc::SYS_keyctl, libc::SYS_add_key, libc::SYS_request_key,
    ]),
    refuse("files by inode number, past every folder's permission (the `shocker` escape)", &[
        libc::SYS_open_by_handle_at, libc::SYS_name_to_handle_at,
    ]),
    refuse("the kernel's programmable and measuring parts, the richest source of its holes", &[
        libc::SYS_bpf, libc::SYS_perf_event_open, libc::SYS_userfaultfd, libc::SYS_seccomp,
        libc::SYS_fanotify_init, libc::SYS_fanotify_mark, libc::SYS_lookup_dcookie,
    ]),
    refuse("the machine itself: clock, modules, swap, accounting, quotas, log, reboot", &[
        libc::SYS_clock_settime, libc::SYS_settimeofday, libc::SYS_adjtimex,
        libc::SYS_clock_adjtime, libc::SYS_init_module, libc::SYS_finit_module,
        libc::SYS_delete_module, libc::SYS_kexec_load, libc::SYS_kexec_file_load,
        libc::SYS_reboot, libc::SYS_swapon, libc::SYS_swapoff, libc::SYS_acct,
        libc::SYS_quotactl, libc::SYS_quotactl_fd, libc::SYS_syslog, libc::SYS_vhangup,
        libc::SYS_sethostname, libc::SYS_setdomainname, libc::SYS_nfsservctl, libc::SYS_capset,
        libc::SYS_ioprio_set, libc::SYS_sched_setattr,
    ]),
    #[cfg(target_arch = "x86_64")]
    refuse("ports and segments of this architecture", &[
        libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt,
    ]),
    absent("a second way to make calls that passes this filter by", &[
        libc::SYS_io_uring_setup, libc::SYS_io_uring_enter, libc::SYS_io_uring_register,
        libc::SYS_io_setup, libc::SYS_io_submit, libc::SYS_io_destroy, libc::SYS_io_getevents,
        libc::SYS_io_cancel,
    ]),
    absent("what works on files that runs share, though read-only: watching shows what other runs \
            and the host open, a lock holds them up; record locks (fcntl) are there instead", &[
        libc::SYS_inotify_init1, libc::SYS_inotify_add_watch, libc::SYS_inotify_rm_watch,
        libc::SYS_flock,
    ]),
    absent("moving pages between files and pipes: the way into the page cache in CVE-2022-0847 \
            and its kin; callers fall back to read and write", &[
        libc::SYS_splice, libc::SYS_tee, libc::SYS_vmsplice, libc::SYS_sendfile,
    ]),
];
