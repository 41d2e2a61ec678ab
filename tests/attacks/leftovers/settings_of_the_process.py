# Changes all that a process can set about itself and that children inherit. Whoever comes next must start from
# the same settings as the first.
# stopped by: prepared, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, locale, os, resource, signal, sys

libc = ctypes.CDLL(None)
PR_GET_PDEATHSIG, PR_GET_TIMERSLACK, PR_GET_CHILD_SUBREAPER, PR_GET_THP_DISABLE = 2, 30, 37, 42
number = ctypes.c_int()


def told(option):
    libc.prctl(option, ctypes.byref(number), 0, 0, 0)
    return number.value


umask = os.umask(0)
is_now = {
    "umask": (umask, 0o22), "folder": (os.getcwd(), "/work"), "niceness": (os.nice(0), 5),
    "policy": (os.sched_getscheduler(0), os.SCHED_OTHER),
    "cores": (len(os.sched_getaffinity(0)), len(os.sched_getaffinity(1))),
    "blocked": (signal.pthread_sigmask(signal.SIG_BLOCK, []), set()),
    "ignored": ([n for n in signal.valid_signals() if signal.getsignal(n) == signal.SIG_IGN], [signal.SIGPIPE, signal.SIGXFSZ]),
    "timer": (signal.getitimer(signal.ITIMER_REAL), (0.0, 0.0)), "group": (os.getpgrp(), os.getpid()),
    "session": (os.getsid(0), os.getpid()), "files": (resource.getrlimit(resource.RLIMIT_NOFILE), (256, 256)),
    "data": (resource.getrlimit(resource.RLIMIT_DATA), (-1, -1)),
    "space": (resource.getrlimit(resource.RLIMIT_AS), (-1, -1)), "domain": (libc.personality(ctypes.c_ulong(0xFFFFFFFF)), 0),
    "slack": (libc.prctl(PR_GET_TIMERSLACK, 0, 0, 0, 0), 50000),
    "score": (open("/proc/self/oom_score_adj").read(), "1000\n"), "death": (told(PR_GET_PDEATHSIG), 0),
    "reaper": (told(PR_GET_CHILD_SUBREAPER), 0), "huge pages": (libc.prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0), 0),
    "recursion": (sys.getrecursionlimit(), 1000), "left": (os.environ.get("LEFT"), None),
    "locale": (locale.setlocale(locale.LC_NUMERIC), "C"), "blocking": ([os.get_blocking(f) for f in range(3)], [True] * 3),
}
print("\n".join(f"{name}: {now}, not {wanted}" for name, (now, wanted) in is_now.items() if now != wanted) or "nothing", flush=True)
os.chdir("/dev/shm")
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
for n in signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP}:
    signal.signal(n, signal.SIG_IGN)
signal.setitimer(signal.ITIMER_REAL, 60, 1)
for name in ("NOFILE", "DATA", "AS", "NPROC", "FSIZE", "CPU", "STACK", "MEMLOCK", "SIGPENDING", "MSGQUEUE"):
    resource.setrlimit(getattr(resource, "RLIMIT_" + name), (20 << 20 if name in ("DATA", "AS") else 5,) * 2)
libc.personality(0x0040000)
for option, value in ((1, 9), (29, 10**9), (36, 1), (41, 1), (4, 0)):
    libc.prctl(option, value, 0, 0, 0)
os.environ["LEFT"] = "x"
for f in range(3):
    os.set_blocking(f, False)
os.nice(14)
os.sched_setscheduler(0, os.SCHED_IDLE, os.sched_param(0))
os._exit(0) if os.fork() else os.setsid()
