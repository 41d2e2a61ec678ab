# Sends itself signals that it does not take: each waits in memory of the kernel's.
# stopped by: rlimits
# expect: {"status": "ok", "stdout": "Resource temporarily unavailable\n", "stderr": ""}
import ctypes, os, signal
libc, sent = ctypes.CDLL(None, use_errno=True), 0
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGRTMIN + 1])
while sent < 100_000 and libc.sigqueue(os.getpid(), signal.SIGRTMIN + 1, None) == 0:
    sent += 1
print(os.strerror(ctypes.get_errno()) if sent <= 1024 else f"{sent} wait")
