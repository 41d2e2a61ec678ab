# Leaves System V memory, semaphores and messages, which belong to no process and end with none.
# stopped by: filter, namespaces
# expect: {"status": "ok", "stdout": "memory 38\nsemaphores 38\nmessages 38\nnothing\n", "stderr": ""}
import ctypes, os

libc, found = ctypes.CDLL(None, use_errno=True), []
libc.semget.argtypes = [ctypes.c_int] * 3
for name, made in (("memory", libc.shmget(0x77617262, 1 << 20, 0o1666)), ("semaphores", libc.semget(0x77617262, 9, 0o1666)),
                   ("messages", libc.msgget(0x77617262, 0o1666))):
    print(name, "made" if made >= 0 else ctypes.get_errno())
for table in ("shm", "sem", "msg"):
    if os.path.exists("/proc/sysvipc/" + table):
        found += open("/proc/sysvipc/" + table).readlines()[1:]
print("".join(found) or "nothing")
