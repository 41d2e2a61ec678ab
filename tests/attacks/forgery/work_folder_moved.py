# Moves, removes and mounts over its work folder and the folder of figures, makes links of their names,
# takes all rights from them, and replaces its own source by a link. A picture in it is then out of reach.
# hole: Judge0 CVE-2024-28185: a file of the box was a link when the judge wrote to it
# hole: Docker Sandboxes CVE-2026-103916: a shared folder was replaced by a link
# stopped by: scratch, filter, files out
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "nothing\n", "stderr": "", "images": [], "images_omitted": 0}
import ctypes, errno, os, sys

found, libc = [], ctypes.CDLL(None, use_errno=True)

def refused(what, act, *args):
    try:
        act(*args)
        found.append(what)
    except OSError as e:
        if e.errno not in (errno.EBUSY, errno.EPERM, errno.EACCES, errno.EROFS, errno.ENOSYS, errno.EXDEV):
            found.append("%s: %s" % (what, e.strerror))

def call(name, *args):
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)

os.mkdir("/tmp/mine")
for folder in ("/work", "/run/figures", "/tmp", "/dev/shm"):
    refused("moved " + folder, os.rename, folder, folder + "2")
    refused("moved into " + folder, os.rename, folder, "/tmp/mine/x")
    refused("exchanged " + folder, call, "renameat2", -100, folder.encode(), -100, b"/tmp/mine", 2)
    refused("mounted on " + folder, call, "mount", b"/etc", folder.encode(), b"none", 4096, None)
    refused("unmounted " + folder, call, "umount2", folder.encode(), 2)
    if folder in ("/work", "/run/figures"):
        for name in os.listdir(folder):
            os.unlink(folder + "/" + name)
        refused("removed " + folder, os.rmdir, folder)
for name in ("main.py", "main", "stdout", "result.json"):
    os.symlink(sys.argv[2], "/work/" + name)
open("/work/x.png", "w").write("picture")
for folder in ("/work", "/run/figures"):
    os.chmod(folder, 0)
print("\n".join(found) or "nothing")
sys.exit(43)
