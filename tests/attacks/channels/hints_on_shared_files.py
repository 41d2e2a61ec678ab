# Leaves one of six marks in the kernel's memory of a read-only file: the hint how long its data will live, which anybody who can
# open the file can read, and which stays until the file is forgotten. Not even a read-only mount minds it.
# stopped by: filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, fcntl, os, struct, time

GET, SET, GET_OF_OPEN, SET_OF_OPEN = 1035, 1036, 1037, 1038
found = []
shared = ["/usr/bin/env", "/usr/bin", "/usr/bin/id", "/etc/passwd", "/etc/group", "/etc/ld.so.cache", "/opt/warmbox/sitecustomize.py", "/opt/warmbox", "/", "/run/empty",
          "/dev/null", "/dev/zero"]
for path in filter(os.path.exists, shared):
    fd = os.open(path, os.O_RDONLY)
    try:
        if (hint := struct.unpack("Q", fcntl.fcntl(fd, GET, b"\0" * 8))[0]):
            found.append(f"{path} bears mark {hint}")
    except OSError as e:
        if e.errno not in (errno.EPERM, errno.EINVAL):
            found.append(f"{path}: {e}")
    for call in (SET, SET_OF_OPEN):
        try:
            fcntl.fcntl(fd, call, struct.pack("Q", 3))
            found.append(f"marked {path} by {call}")
        except OSError as e:
            if e.errno not in (errno.EPERM, errno.EINVAL):  # the second of them is gone from newer kernels
                found.append(f"{path}: {e}")
time.sleep(0.1)
print("\n".join(found) or "nothing")
