# Fills message queues, which are memory of no process.
# stopped by: rlimits
# expect: {"status": "ok", "stdout": "Too many open files\n", "stderr": ""}
import ctypes, os
libc, filled = ctypes.CDLL(None, use_errno=True), 0
shape = (ctypes.c_long * 8)(0, 10, 8192)
for i in range(500):
    queue = libc.mq_open(b"/flood%d" % i, os.O_CREAT | os.O_RDWR | os.O_NONBLOCK, 0o600, shape)
    if queue < 0:
        break
    while libc.mq_send(queue, bytes(8192), ctypes.c_size_t(8192), 0) == 0:
        filled += 8192
print(os.strerror(ctypes.get_errno()) if queue < 0 and 0 < filled <= 256 << 10 else f"{filled} bytes in {i} queues")
