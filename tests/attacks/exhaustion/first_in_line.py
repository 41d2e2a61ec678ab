# Wants to be served before all others: by niceness, classes of scheduling, of input and output, locked memory.
# stopped by: no privileges, filter, rlimits
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, mmap, os

libc = ctypes.CDLL(None, use_errno=True)
found = [] if os.nice(0) == 5 else [f"niceness {os.nice(0)}"]


def attempt(name, call, *refusals):
    try:
        result = call()
        if not isinstance(result, int) or result >= 0:
            found.append(name)
            return
        error = ctypes.get_errno()
    except OSError as e:
        error = e.errno
    if error not in refusals:
        found.append(f"{name}: {os.strerror(error)}")


EPERM, ENOMEM, EACCES, EROFS = 1, 12, 13, 30
ioprio_set, sched_setattr = {"x86_64": (251, 314), "aarch64": (30, 274)}[os.uname().machine]
attempt("nice", lambda: os.nice(-1), EPERM, EACCES)
for policy in (os.SCHED_FIFO, os.SCHED_RR):
    attempt("real time", lambda: os.sched_setscheduler(0, policy, os.sched_param(1)), EPERM)
attempt("real time input", lambda: libc.syscall(ioprio_set, 1, 0, 1 << 13), EPERM)
attempt("deadline", lambda: libc.syscall(sched_setattr, 0, (ctypes.c_ulong * 7)(48 | 6 << 32, 0, 0, 10**6, 10**7, 10**7), 0), EPERM)
memory = mmap.mmap(-1, 1 << 20)
attempt("locked memory", lambda: libc.mlockall(3), EPERM, ENOMEM)
for path, value in (("/proc/self/autogroup", b"-5"), ("/proc/self/oom_score_adj", b"-1000"), ("/proc/sys/vm/overcommit_memory", b"1"),
                    ("/proc/sys/kernel/sched_autogroup_enabled", b"0"), ("/proc/1/oom_score_adj", b"1000")):
    if os.path.exists(path):
        attempt(path, lambda: os.write(os.open(path, os.O_WRONLY), value), EPERM, EACCES, EROFS)
print("\n".join(found) or "nothing")
