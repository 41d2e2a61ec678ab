# Changes what a whole machine shares: its names, its clocks, the kernel's knobs, those of its networks.
# stopped by: filter, proc, no privileges
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, glob, os, socket, time

libc, found = ctypes.CDLL(None, use_errno=True), []
buffer = ctypes.create_string_buffer(512)
for name, call in (("host name", lambda: libc.sethostname(b"left", 4)), ("domain name", lambda: libc.setdomainname(b"left", 4)),
                   ("clock", lambda: libc.clock_settime(0, buffer)),
                   ("clock's rate", lambda: libc.adjtimex(ctypes.byref(ctypes.c_int(0x4000)))),
                   ("accounting", lambda: libc.acct(b"/tmp/acct")), ("swap", lambda: libc.swapon(b"/tmp/x", 0)),
                   ("log", lambda: libc.klogctl(5, 0, 0)), ("quota", lambda: libc.quotactl(0x800002, b"/tmp", 0, 0)),
                   ("reboot", lambda: libc.reboot(0))):
    if call() != -1 or ctypes.get_errno() not in (1, 38):
        found.append(f"{name}: {os.strerror(ctypes.get_errno())}")
for path in glob.glob("/proc/sys/**", recursive=True) + ["/proc/sysrq-trigger", "/proc/1/oom_score_adj"]:
    try:
        os.close(os.open(path, os.O_WRONLY))
        if os.stat(path).st_rdev == 0:
            found.append("opened " + path)
    except OSError:
        pass
if (socket.gethostname(), time.time() > 1.7e9) != ("sandbox", True):
    found.append(f"{socket.gethostname()} {time.ctime()}")
print("\n".join(found) or "nothing")
