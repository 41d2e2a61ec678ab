# Leaves traces on what runs share: flow labels of the runner's network, locks on and watches over
# files of the toolchain, times of device nodes, System V objects. The filter and read-only
# mounts refuse each.
# hole: 2.4 and 2.6 (isolate): locks on shared files and a shared /dev/shm passed from box to box
# stopped by: filter, outer root
# expect: {"status": "ok", "stdout": "flow label: 1\nflock: 38\nwatch: -38\nnotice: 1\nsemaphores: 38\nshared memory: 38\nkeys: 1\ntimes: 30\n"}
import ctypes, fcntl, os, socket, struct

libc = ctypes.CDLL(None, use_errno=True)


def errno_of(attempt):
    try:
        attempt()
        return "DONE"
    except OSError as e:
        return e.errno


def number(result):
    return "DONE" if result >= 0 else ctypes.get_errno()


label = struct.pack("16sIBBHHH", b"SECRET-SECRET-16", 0x12345, 0, 255, 1, 150, 0) + b"\0" * 4
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
print("flow label:", errno_of(lambda: s.setsockopt(41, 32, label)))
print("flock:", errno_of(lambda: fcntl.flock(open("/usr/bin/env"), fcntl.LOCK_EX)))
print("watch:", -number(libc.inotify_init1(0)))
folder = os.open("/usr/bin", os.O_RDONLY)
print("notice:", errno_of(lambda: fcntl.fcntl(folder, 1026, 1)))
print("semaphores:", number(libc.semget(0, 32000, 0o1777)))
print("shared memory:", number(libc.shmget(0, 1 << 20, 0o1777)))
print("keys:", number(libc.syscall(248, b"user", b"warmbox", b"x", 1, -2)))
print("times:", errno_of(lambda: os.utime("/dev/null")))
