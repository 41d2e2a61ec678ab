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
    /// The call waits until the supervisor lets it go on: see `runner::streams`.
    TellFirst,
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
    /// At least one check does not find its argument among its values.
    NotAll(&'static [Check]),
}

#[derive(Debug, Clone, Copy)]
pub struct Check {
    pub argument: u32,
    pub values: &'static [u32],
}

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

/// From the kernel's `linux/in6.h`; libc does not have it.
const IPV6_FLOWLABEL_MGR: u32 = 32;

const LOCAL_FAMILIES: &[u32] = &[
    libc::AF_UNIX as u32,
    libc::AF_INET as u32,
    libc::AF_INET6 as u32,
];
const PLAIN_PROTOCOLS: &[u32] = &[0, libc::IPPROTO_TCP as u32, libc::IPPROTO_UDP as u32];

#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    allow("reading and writing open files", &[
        libc::SYS_read, libc::SYS_readv, libc::SYS_pread64,
        libc::SYS_pwrite64, libc::SYS_preadv, libc::SYS_pwritev, libc::SYS_preadv2,
        libc::SYS_pwritev2, libc::SYS_lseek, libc::SYS_close, libc::SYS_close_range,
        libc::SYS_dup, libc::SYS_dup3, libc::SYS_fsync, libc::SYS_fdatasync, libc::SYS_sync_file_range, libc::SYS_sendfile,
        libc::SYS_copy_file_range, libc::SYS_fadvise64, libc::SYS_readahead, libc::SYS_fallocate,
        libc::SYS_ftruncate, libc::SYS_truncate, libc::SYS_sync, libc::SYS_syncfs,
    ]),
    rule("writing; to standard error only after the supervisor has read what was written before, so \
          that both streams can be put together in the order of writing",
        When::OneOf(&[Check { argument: 0, values: &[2] }]), Answer::TellFirst, Answer::Allow,
        &[libc::SYS_write, libc::SYS_writev]),
    only("settings and record locks of open files; no notice of what others do in a folder",
        When::NotAll(&[Check { argument: 1, values: &[libc::F_NOTIFY as u32] }]),
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
        libc::SYS_execve, libc::SYS_execveat, libc::SYS_exit, libc::SYS_exit_group,
        libc::SYS_wait4, libc::SYS_waitid, libc::SYS_kill, libc::SYS_tkill, libc::SYS_tgkill,
        libc::SYS_getpid, libc::SYS_getppid, libc::SYS_gettid, libc::SYS_setpgid,
        libc::SYS_getpgid, libc::SYS_setsid, libc::SYS_getsid, libc::SYS_set_tid_address,
        libc::SYS_set_robust_list, libc::SYS_get_robust_list, libc::SYS_rseq, libc::SYS_futex,
        libc::SYS_futex_waitv, libc::SYS_pidfd_open, libc::SYS_pidfd_send_signal,
        libc::SYS_getcpu, libc::SYS_restart_syscall,
    ]),
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
        libc::SYS_sched_yield, libc::SYS_sched_getaffinity, libc::SYS_sched_setaffinity,
        libc::SYS_sched_getparam, libc::SYS_sched_setparam, libc::SYS_sched_getscheduler,
        libc::SYS_sched_setscheduler, libc::SYS_sched_get_priority_max,
        libc::SYS_sched_get_priority_min, libc::SYS_sched_rr_get_interval,
        libc::SYS_sched_getattr, libc::SYS_getpriority, libc::SYS_setpriority,
        libc::SYS_ioprio_get,
    ]),
    allow("who and where it is", &[
        libc::SYS_getuid, libc::SYS_geteuid, libc::SYS_getgid, libc::SYS_getegid,
        libc::SYS_getresuid, libc::SYS_getresgid, libc::SYS_getgroups, libc::SYS_capget,
        libc::SYS_uname, libc::SYS_sysinfo, libc::SYS_getrusage, libc::SYS_getrlimit,
        libc::SYS_setrlimit, libc::SYS_getrandom,
    ]),
    allow("changing identity: only its own uid is mapped, so nothing else can be reached", &[
        libc::SYS_setuid, libc::SYS_setgid, libc::SYS_setreuid, libc::SYS_setregid,
        libc::SYS_setresuid, libc::SYS_setresgid, libc::SYS_setfsuid, libc::SYS_setfsgid,
        libc::SYS_setgroups,
    ]),
    only("its own limits, which it can only lower; never those of another process",
        When::OneOf(&[Check { argument: 0, values: &[0] }]), &[libc::SYS_prlimit64]),
    allow("waiting for descriptors; pipes and events", &[
        libc::SYS_ppoll, libc::SYS_pselect6, libc::SYS_epoll_create1, libc::SYS_epoll_ctl,
        libc::SYS_epoll_pwait, libc::SYS_epoll_pwait2, libc::SYS_pipe2, libc::SYS_eventfd2,
    ]),
    only("sockets to itself: other families reach the kernel's weakest code (AF_ALG, AF_VSOCK, \
          netlink, MPTCP), and the network namespace holds nothing but loopback",
        When::OneOf(&[
            Check { argument: 0, values: LOCAL_FAMILIES },
            Check { argument: 2, values: PLAIN_PROTOCOLS },
        ]), &[libc::SYS_socket]),
    only("pairs of local sockets",
        When::OneOf(&[Check { argument: 0, values: &[libc::AF_UNIX as u32] }]),
        &[libc::SYS_socketpair]),
    allow("using sockets once made", &[
        libc::SYS_bind, libc::SYS_listen, libc::SYS_accept, libc::SYS_accept4,
        libc::SYS_connect, libc::SYS_shutdown, libc::SYS_getsockname, libc::SYS_getpeername,
        libc::SYS_getsockopt, libc::SYS_sendto, libc::SYS_recvfrom,
        libc::SYS_sendmsg, libc::SYS_recvmsg, libc::SYS_sendmmsg, libc::SYS_recvmmsg,
    ]),
    only("options of sockets; not IPv6 flow labels, which outlive their process and can be read by \
          the next run of the runner",
        When::NotAll(&[
            Check { argument: 1, values: &[libc::IPPROTO_IPV6 as u32] },
            Check { argument: 2, values: &[IPV6_FLOWLABEL_MGR] },
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
        libc::SYS_splice, libc::SYS_tee, libc::SYS_vmsplice,
    ]),
];
