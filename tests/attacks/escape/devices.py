# Makes device files of the disk, memory, terminals and the kernel's log, character and block, in every folder
# that it can write to, and opens them; looks for devices that should not be there and changes those that are.
# hole: isolate 057c58c: hard links to devices were among what a run left for its caller
# hole: CVE-2026-96812 (gVisor): device files were passed into the sandbox
# stopped by: no privileges, scratch, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, stat

libc = ctypes.CDLL(None, use_errno=True)
wanted = [(stat.S_IFBLK, a, b) for a, b in ((8, 0), (254, 0), (259, 0), (7, 0), (1, 0), (253, 0))]
wanted += [(stat.S_IFCHR, a, b) for a, b in ((1, 1), (1, 2), (1, 3), (1, 5), (1, 11), (5, 0), (5, 2), (10, 229), (10, 232), (10, 237), (4, 0))]
for folder in ("/work", "/tmp", "/dev/shm", "/run/figures", "/dev", "/proc/self"):
    for kind, major, minor in wanted:
        path = f"{folder}/device-{kind:o}-{major}-{minor}"
        try:
            os.mknod(path, 0o666 | kind, os.makedev(major, minor))
            print("made", path)
            os.open(path, os.O_RDONLY | os.O_NONBLOCK)
            print("opened", path)
        except OSError as error:
            if error.errno not in (errno.EPERM, errno.EROFS, errno.EACCES, errno.ENOENT):
                print(path, error)
    try:  # the one device that anybody may make is none: a file system's mark for what is deleted
        os.mknod(folder + "/none.png", 0o666 | stat.S_IFCHR, 0)
        os.open(folder + "/none.png", os.O_RDONLY)
        print("opened the mark in", folder)
    except OSError:
        pass
print(*sorted(set(os.listdir("/dev")) - {"fd", "full", "null", "random", "shm", "stderr", "stdin", "stdout", "urandom", "zero"}), end="")
for name in ("null", "zero", "full", "random", "urandom"):
    path = "/dev/" + name
    for change in (lambda: os.chmod(path, 0), lambda: os.chown(path, 1000, 1000), lambda: os.utime(path), lambda: os.unlink(path), lambda: os.rename(path, "/dev/x"), lambda: os.link(path, "/tmp/" + name), lambda: os.setxattr(path, "user.x", b"x")):
        try:
            change()
            print("changed", path)
        except OSError as error:
            if error.errno not in (errno.EROFS, errno.EPERM, errno.EBUSY, errno.EXDEV, errno.EACCES):
                print(path, error)
    file = os.open(path, os.O_RDWR)
    for call in (0x5201, 0x5203, 0x5204, 0x5206, 0x5207, 0x40045201):  # of the pool of random numbers
        number = ctypes.c_int(-1)
        if libc.ioctl(file, ctypes.c_ulong(call), ctypes.byref(number)) >= 0:
            print("ioctl", path, hex(call))
print("nothing")
