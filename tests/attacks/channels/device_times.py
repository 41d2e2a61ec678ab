# Uses the shared device nodes as a mailbox: reads and writes them hard, which must leave no time or size on the node, writes a
# mark and looks for one in what comes out, and maps them shared.
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, mmap, os, sys, time

found = []
me = b"warmbox-channel " + sys.argv[1].encode()
nodes = ["/dev/" + name for name in ("null", "zero", "full", "random", "urandom")]
before = {path: os.stat(path) for path in nodes}
for path in nodes:
    fd = os.open(path, os.O_RDWR)
    for _ in range(50):
        try:
            os.write(fd, me)
        except OSError as e:
            if (path, e.errno) != ("/dev/full", errno.ENOSPC):
                found.append(f"{path}: {e}")
        data = os.read(fd, 4096)
        if b"warmbox-channel" in data or path in ("/dev/zero", "/dev/full") and data.strip(b"\0") or path == "/dev/null" and data:
            found.append(f"{path} gave {data[:60]}")
    os.close(fd)
try:
    shared = mmap.mmap(os.open("/dev/zero", os.O_RDWR), 4096, mmap.MAP_SHARED)
    if shared[:] != b"\0" * 4096:
        found.append(f"in shared zeros: {shared[:60]}")
    shared[:len(me)] = me
    time.sleep(0.15)
    if mmap.mmap(os.open("/dev/zero", os.O_RDWR), 4096, mmap.MAP_SHARED)[:] != b"\0" * 4096:
        found.append("a second map shows a mark")
    if shared[:len(me)] != me:
        found.append(f"another's mark: {shared[:60]}")
except OSError as e:
    found.append(f"shared zeros: {e}")
for path in nodes:
    now, was = os.stat(path), before[path]
    for what in ("st_atime_ns", "st_mtime_ns", "st_ctime_ns", "st_size", "st_nlink", "st_mode", "st_uid"):
        if getattr(now, what) != getattr(was, what):
            found.append(f"{what} of {path}")
    for flags in (os.O_RDONLY | os.O_CREAT, os.O_TMPFILE | os.O_RDWR):
        try:
            os.close(os.open("/dev/mark" if flags & os.O_CREAT else "/dev", flags))
            found.append("a file in /dev")
        except OSError:
            pass
print("\n".join(found) or "nothing")
