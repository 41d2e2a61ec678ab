# Plants what a copying, unpacking or looking-up program of the host would load from a container: libraries,
# unpackers, shells, name services, the list of preloaded libraries; by path and in place of what is there.
# hole: Docker CVE-2019-14271: docker cp loaded the container's own name service libraries, as root on the host
# hole: Docker CVE-2026-41567: unpacking into a container executed an unpacker of the container on the host
# hole: Docker CVE-2021-41089: docker cp changed modes of the host's files
# hole: CVE-2024-28189 (Judge0): after the run, files were given to another owner by their names
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, glob, os

found = []
libraries = glob.glob("/usr/lib/*-linux-gnu")[:1] + ["/usr/lib", "/lib64", "/usr/local/lib"]
names = ["libnss_files.so.2", "libnss_x.so.2", "libc.so.6", "libz.so.1", "libseccomp.so.2"]
paths = [folder + "/" + name for folder in libraries for name in names]
paths += ["/%s/%s" % (folder, name) for folder in ("usr/bin", "usr/sbin", "usr/local/bin", "bin", "sbin") for name in ("unpigz", "xz", "unxz", "tar", "sh", "bash", "python3", "new")]
paths += ["/etc/" + name for name in ("ld.so.preload", "ld.so.cache", "nsswitch.conf", "passwd", "group", "resolv.conf", "hosts", "mtab", "new")]
paths += ["/new", "/run/new", "/opt/new", "/var/new", "/.dockerenv", "/var/tmp/new"]
for path in paths:
    for what, act in (("wrote", lambda: open(path, "ab")), ("linked", lambda: os.symlink("/work/x", path)), ("replaced", lambda: os.replace("/work/x", path)),
                      ("removed", lambda: os.unlink(path)), ("mode of", lambda: os.chmod(path, 0o777)), ("owner of", lambda: os.chown(path, 1000, 1000)), ("time of", lambda: os.utime(path, (1, 1)))):
        open("/work/x", "w").close()
        try:
            act()
            if not os.path.realpath(path).startswith(("/tmp/", "/work/")):
                found.append(what + " " + path)
        except OSError as e:
            if e.errno not in (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EXDEV, errno.EBUSY, errno.EEXIST, errno.EISDIR):
                found.append("%s %s: %s" % (what, path, e.strerror))
print("\n".join(found) or "nothing")
