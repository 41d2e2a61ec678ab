# Fills what the kernel counts by user over the whole machine: waiting signals, message queues, locked memory. The run beside it
# does the same at the same time, and both must get all that they may have.
# stopped by: identities, rlimits
# expect: {"status": "ok", "stdout": "900 signals\n3 queues\n28 KiB\n", "stderr": ""}
import ctypes, mmap, os, signal, time

rt = ctypes.CDLL("librt.so.1", use_errno=True)
libc = ctypes.CDLL(None, use_errno=True)
libc.mmap.restype = ctypes.c_void_p
signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGRTMIN})
signals = 0
while signals < 900 and libc.sigqueue(os.getpid(), int(signal.SIGRTMIN), ctypes.c_void_p(0)) == 0:
    signals += 1


class Size(ctypes.Structure):
    _fields_ = [("flags", ctypes.c_long), ("most", ctypes.c_long), ("size", ctypes.c_long), ("now", ctypes.c_long), ("spare", ctypes.c_long * 4)]


queues = 0
for n in range(3):
    queues += rt.mq_open(b"/q%d" % n, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600, ctypes.byref(Size(0, 8, 8000))) >= 0
locked = 0
at = libc.mmap(None, 7 << 12, mmap.PROT_READ | mmap.PROT_WRITE, mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, -1, 0)
if libc.mlock(ctypes.c_void_p(at), ctypes.c_size_t(7 << 12)) == 0:
    locked = 28
time.sleep(0.25)
print(f"{signals} signals\n{queues} queues\n{locked} KiB")
