# Locks files of the toolchain, which runs share read-only, so that another that locks them would have to wait: whole-file
# locks, leases, and record locks that exclude. Each needs what a program has not.
# hole: 2.4 (isolate): a lock on a shared read-only file was seen from box to box
# stopped by: filter, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, fcntl, os, struct, time

found = []
paths = ["/usr/bin/env", "/usr/bin/python3", "/usr/bin/id", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/zero", "/usr/bin", "/usr"]
held = []
for path in filter(os.path.exists, paths):
    f = os.open(path, os.O_RDONLY)
    held.append(f)
    for name, number in (("exclusive", fcntl.LOCK_EX), ("shared", fcntl.LOCK_SH), ("old shared", 32 | 64), ("old exclusive", 32 | 192)):
        try:
            fcntl.flock(f, number | fcntl.LOCK_NB)
            found.append(f"{name} lock on {path}")
        except OSError as e:
            if e.errno != errno.ENOSYS:
                found.append(f"{name} lock on {path}: {e}")
    for call in (fcntl.F_SETLK, fcntl.F_SETLKW, 37, 38):  # the last two belong to the open file
        try:
            fcntl.fcntl(f, call, struct.pack("hhqqi4x", fcntl.F_WRLCK, 0, 0, 0, 0))
            found.append(f"record lock {call} on {path}")
        except OSError as e:
            if e.errno != errno.EBADF:
                found.append(f"record lock {call} on {path}: {e}")
    for kind in (fcntl.F_RDLCK, fcntl.F_WRLCK):
        try:
            fcntl.fcntl(f, 1024, kind)
            found.append(f"lease {kind} on {path}")
        except OSError as e:
            if e.errno not in (errno.EACCES, errno.EINVAL, errno.EPERM):  # not its own, or no plain file
                found.append(f"lease {kind} on {path}: {e}")
    if not path.startswith("/dev"):
        for flags in (os.O_RDWR, os.O_WRONLY):
            try:
                os.close(os.open(path, flags))
                found.append(f"{path} for writing")
            except OSError as e:
                if e.errno not in (errno.EROFS, errno.EACCES, errno.EISDIR, errno.ETXTBSY):
                    found.append(f"{path} for writing: {e}")
time.sleep(0.1)
print("\n".join(found) or "nothing")
