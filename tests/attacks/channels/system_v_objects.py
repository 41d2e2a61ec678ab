# Makes System V memory, semaphores and queues under keys that the run beside it uses too, and asks for all that there are. The
# calls are not there, and the tables of them are empty.
# stopped by: filter, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, time

libc = ctypes.CDLL(None, use_errno=True)
found = []
create = 0o1000 | 0o666
libc.shmat.restype = ctypes.c_ssize_t
for key in (0x0C0B0A01, 1, 0x7fffffff, 0):
    for name, call in (("shmget", lambda: libc.shmget(key, 4096, create)), ("semget", lambda: libc.semget(key, 4, create)), ("msgget", lambda: libc.msgget(key, create)),
                       ("shmat", lambda: libc.shmat(key & 0xff, None, 0)), ("semop", lambda: libc.semop(0, b"\0" * 6, 1)), ("semctl", lambda: libc.semctl(0, 0, 19, 0)),
                       ("msgsnd", lambda: libc.msgsnd(0, b"\1" * 16, 8, 0o4000)), ("msgrcv", lambda: libc.msgrcv(0, ctypes.create_string_buffer(64), 8, 0, 0o4000)),
                       ("shmctl", lambda: libc.shmctl(0, 13, ctypes.create_string_buffer(256))), ("msgctl", lambda: libc.msgctl(0, 11, ctypes.create_string_buffer(256)))):
        result = call()
        if result >= 0 or ctypes.get_errno() != errno.ENOSYS:
            found.append(f"{name}: {result}, {errno.errorcode.get(ctypes.get_errno())}")
time.sleep(0.1)
for table in ("shm", "sem", "msg"):
    try:
        found += open("/proc/sysvipc/" + table).readlines()[1:]
    except FileNotFoundError:
        pass
print("\n".join(found) or "nothing")
