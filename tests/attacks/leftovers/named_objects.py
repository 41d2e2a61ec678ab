# Leaves what POSIX names: shared memory, semaphores, message queues with a message and somebody to notify.
# hole: isolate before 2.6: /dev was bound with all in it, so that all boxes shared /dev/shm
# stopped by: namespaces, scratch
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os

libc, found = ctypes.CDLL(None, use_errno=True), []
new, plain = os.O_CREAT | os.O_EXCL | os.O_RDWR, ctypes.c_void_p()
libc.sem_open.restype = ctypes.c_void_p
queue = libc.mq_open(b"/left-queue", new, 0o666, None)
for name, made in (("queue", queue >= 0), ("memory", (memory := libc.shm_open(b"/left-memory", new, 0o666)) >= 0),
                   ("semaphore", bool(libc.sem_open(b"/left-semaphore", new, 0o666, 3)))):
    if not made:
        found.append(f"{name}: {errno.errorcode[ctypes.get_errno()]}")
libc.mq_send(queue, b"left", ctypes.c_size_t(4), 0)
os.ftruncate(memory, 1 << 20)
for folder in ("/dev/mqueue", "/dev/shm"):
    if os.path.isdir(folder):
        found += [name for name in os.listdir(folder) if name not in ("left-memory", "sem.left-semaphore")]
print("\n".join(found) or "nothing")
