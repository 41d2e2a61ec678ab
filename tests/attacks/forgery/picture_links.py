# Leaves pictures that are none: links to files of the host and of /proc, also in the middle of a path
# and in circles, hard links, a FIFO, a socket, devices, folders. One is real, and must come alone.
# hole: go-judge 176 (2025): copy-out followed links, at the end of a path and in the middle, and gave the host's files away
# hole: go-judge 8821125 (2021): the test for a plain file let links and sockets by
# hole: go-judge adeec3d: opening a FIFO that was left held the collector up
# hole: isolate 057c58c (1.10): callers opened what a run had left: links, FIFOs, hard links of devices
# hole: Hugging Face sandbox-server PR 16: the file interface, as root, followed links at the end and in the middle
# hole: Firecracker CVE-2026-1386: the jailer followed links in a folder that the guest's owner could write
# stopped by: files out, no privileges, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "images": ["data:image/png;base64,cmVhbA=="], "images_omitted": 22}
# takes_at_most_ms: 3000
import errno, os, socket, sys

canary, found = sys.argv[2], []
open("/tmp/followed.png", "w").write("followed")
targets = [canary, "/etc/passwd", "/etc/ssl/openssl.cnf", "/proc/self/environ", "/proc/1/environ", "/dev/zero", "/dev/stdin",
           "../../../../../../../../../.." + canary, "/proc/self/fd/0", "/proc/self/root/etc/passwd", "/proc/self/cwd/real.png", "real.png", "./real.png",
           "../tmp/followed.png"]  # this one exists wherever it is followed from
for number, target in enumerate(targets):
    os.symlink(target, "link%02d.png" % number)
os.symlink("circle.png", "circle.png")
os.symlink("/etc", "sub")
os.symlink("../tmp", "up")
os.symlink("/", "root.png")
os.mkdir("folder.png")
open("folder.png/inside.png", "w").write("must not be looked for in a folder with a picture's name")
os.mkfifo("fifo.png")
os.mkfifo("fifo.svg")
socket.socket(socket.AF_UNIX).bind("socket.png")
os.symlink("fifo.png", "/run/figures/0001.png")
for name, kind in (("zero.png", 0o020666), ("disk.png", 0o060666)):
    try:
        os.mknod(name, kind, os.makedev(1, 5))
        found.append("device " + name)
    except OSError as e:
        if e.errno not in (errno.EPERM, errno.EACCES):
            found.append("%s: %s" % (name, e.strerror))
for path in ("/etc/passwd", "/usr/bin/env", "/proc/self/environ", "/dev/zero"):
    try:
        os.link(path, "hard.png")
        found.append("hard link to " + path)
    except OSError as e:
        if e.errno not in (errno.EPERM, errno.EXDEV, errno.EACCES):
            found.append("%s: %s" % (path, e.strerror))
open("locked.png", "w").write("locked")
os.chmod("locked.png", 0)
open("real.png", "w").write("real")
print("\n".join(found) or "nothing")
