# Watches what others open in folders that runs share: by inotify, by F_NOTIFY and by fanotify, while it opens files there itself
# and the run beside it does too.
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, fcntl, os, signal, time

libc = ctypes.CDLL(None, use_errno=True)
found = []
seen = []
for number in (signal.SIGIO, signal.SIGRTMIN):
    signal.signal(number, lambda number, frame: seen.append(number))


def refused(what, result, *wanted):
    if result >= 0 or ctypes.get_errno() not in wanted:
        found.append(f"{what}: {result} {os.strerror(ctypes.get_errno())}")


refused("inotify_init", libc.inotify_init(), errno.ENOSYS)
for flags in (0, os.O_NONBLOCK, os.O_CLOEXEC):
    refused("inotify_init1", libc.inotify_init1(flags), errno.ENOSYS)
refused("inotify_add_watch", libc.inotify_add_watch(0, b"/usr/bin", 0xfff), errno.ENOSYS)
for flags in (0, 4, 8, 0x200, 0x400):  # classes, and those for ordinary users
    refused("fanotify_init", libc.fanotify_init(flags, os.O_RDONLY), errno.EPERM)
refused("fanotify_mark", libc.fanotify_mark(0, 1, ctypes.c_uint64(0x20), -100, b"/usr"), errno.EPERM)
for path in ("/usr/bin", "/usr/lib", "/etc/fonts", "/usr", "/", "/dev"):
    folder = os.open(path, os.O_RDONLY)
    for bits in (1, 0x8000003f, 63):
        try:
            fcntl.fcntl(folder, 1026, bits)
            found.append(f"notice of {path}")
        except OverflowError:
            pass
        except OSError as e:
            if e.errno != errno.EPERM:
                found.append(f"notice of {path}: {e}")
for _ in range(5):
    open("/usr/bin/env", "rb").read(1)
    os.listdir("/usr/bin")
    time.sleep(0.03)
print("\n".join(found + [f"signal {number}" for number in seen]) or "nothing")
