# Marks files and folders that runs share: times, rights, owners, extended attributes, other names for them, new files beside them,
# and the time of reading, which the kernel itself would note.
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, time

found = []
folder = "/usr/share/zoneinfo" if os.path.isdir("/usr/share/zoneinfo") else "/usr/lib"
quiet = next(os.path.join(base, name) for base, _, names in os.walk(folder) for name in sorted(names) if os.path.getsize(os.path.join(base, name)) > 0)
shared = ["/usr/bin/env", "/usr/bin/id", "/usr", "/usr/bin", "/etc/passwd", "/etc/ld.so.cache", "/etc/localtime", "/dev/null", "/dev/urandom", "/opt/warmbox",
          "/opt/warmbox/sitecustomize.py", "/run/empty", "/", "/proc/sys", quiet]
shared = [path for path in shared if os.path.exists(path)]
before = {path: os.stat(path) for path in shared}
for path in shared:
    fd = os.open(path, os.O_RDONLY)
    for name, mark in (("times", lambda: os.utime(path)), ("times by descriptor", lambda: os.utime(fd)), ("old times", lambda: os.utime(path, (1, 1))),
                       ("rights", lambda: os.chmod(path, 0o777)), ("rights by descriptor", lambda: os.fchmod(fd, 0o777)), ("owner", lambda: os.chown(path, 1000, 1000)),
                       ("same owner", lambda: os.chown(path, -1, -1)), ("owner by descriptor", lambda: os.fchown(fd, -1, 1000)),
                       ("attribute", lambda: os.setxattr(path, "user.mark", b"1")), ("attribute by descriptor", lambda: os.setxattr(fd, "user.mark", b"1")),
                       ("trusted attribute", lambda: os.setxattr(path, "trusted.mark", b"1")), ("capability", lambda: os.setxattr(path, "security.capability", b"1" * 20)),
                       ("acl", lambda: os.setxattr(path, "system.posix_acl_access", b"\2\0\0\0")), ("no attribute", lambda: os.removexattr(path, "user.mark")),
                       ("size", lambda: os.truncate(path, 0)), ("other name", lambda: os.link(path, path + ".mark")), ("new name", lambda: os.rename(path, path + ".mark")),
                       ("end", lambda: os.unlink(path)), ("folder beside", lambda: os.mkdir(path + ".mark")), ("file within", lambda: os.open(path + "/mark", os.O_CREAT | os.O_WRONLY))):
        try:
            mark()
            found.append(f"{name} of {path}")
        except OSError as e:
            if e.errno not in (errno.EROFS, errno.EPERM, errno.EACCES, errno.ENOTDIR, errno.EISDIR, errno.ENOTSUP, errno.EBUSY, errno.EINVAL, errno.ENOENT, errno.EXDEV):
                found.append(f"{name} of {path}: {e}")
        except ValueError:
            pass
    if os.path.isfile(path) or path.startswith("/dev"):
        os.read(fd, 16)
    else:
        os.listdir(fd)
    os.close(fd)
time.sleep(0.1)
for path, was in before.items():
    now = os.stat(path)
    for what in ("st_mode", "st_uid", "st_gid", "st_size", "st_nlink", "st_mtime_ns", "st_ctime_ns") + (("st_atime_ns",) if path == quiet else ()):
        if getattr(now, what) != getattr(was, what) and (path, what) != ("/proc/sys", "st_nlink"):
            found.append(f"{what} of {path}")
    try:
        found += [f"{name} of {path}" for name in os.listxattr(path) if "mark" in name]
    except OSError:
        pass
print("\n".join(found) or "nothing")
