# Climbs out by what a careless start leaves behind: descriptors of folders, a working folder outside of the
# root, /proc/self/fd/N as a folder to start in; by every way to name a path, up to the canary of the host.
# hole: CVE-2024-21626 (runc): a descriptor of the host's /sys/fs/cgroup was left open, and could be the working folder
# stopped by: descriptors, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, stat, sys

canary = sys.argv[2]
if os.getcwd() != "/work" or os.readlink("/proc/self/cwd") != "/work" or os.readlink("/proc/self/root") != "/":
    print("is in", os.getcwd(), os.readlink("/proc/self/root"))
for fd in range(64):
    try:
        kind = os.fstat(fd).st_mode
    except OSError:
        continue
    if fd > 2:
        print("descriptor", fd, os.readlink(f"/proc/self/fd/{fd}"))
    for way in (f"/proc/self/fd/{fd}", f"/dev/fd/{fd}", f"/proc/thread-self/fd/{fd}"):
        try:
            os.chdir(way)
            print("started in", way, os.getcwd())
        except OSError:
            pass
    if not (stat.S_ISFIFO(kind) or stat.S_ISCHR(kind)):
        print("descriptor", fd, "is no pipe:", oct(kind))
root = os.stat("/")
starts = ["/", ".", "/usr/lib", "/proc/self/root", "/proc/self/cwd", "/proc/self/task", "/proc/sys/kernel", "/dev/shm", "/run/empty", "/var/tmp", "/etc/alternatives"]
for start in starts:
    folder = os.open(start, os.O_PATH | os.O_DIRECTORY)
    for up in ("../" * 40, "./../" * 40, "..//" * 40):
        if not os.path.samestat(os.stat(up, dir_fd=folder), root):
            print("above the root from", start)
        for name in (canary.lstrip("/"), "etc/shadow", "root/.ssh", "home", "sys/fs/cgroup", "var/run/docker.sock", "var/lib/docker"):
            for flags in (os.O_RDONLY, os.O_PATH, os.O_PATH | os.O_NOFOLLOW):
                try:
                    os.open(up + name, flags, dir_fd=folder)
                    print("opened", name, "from", start)
                except OSError:
                    pass
    os.close(folder)
# A folder that is moved while somebody stands below it, and one that is removed.
os.makedirs("a/b/c/d")
os.chdir("a/b/c/d")
os.rename("/work/a/b/c", "/work/moved")
os.chdir("../" * 40)
if not os.path.samestat(os.stat("."), root):
    print("above the root by moving")
os.chdir("/work/moved/d")
os.rmdir("/work/moved/d")
for path in ("..", "../.." + canary, "/proc/self/cwd/..", "/proc/self/cwd/../.." + canary):
    try:
        if os.open(path, os.O_RDONLY) and canary in path:
            print("opened", path)
    except OSError:
        pass
for link in ("/../.." + canary, "/proc/self/root" + canary, "/proc/1/root" + canary, "/proc/self/fd/0/.." + canary):
    os.symlink(link, "/tmp/link")
    if os.path.exists("/tmp/link") or os.path.exists("/proc/self/root/tmp/link"):
        print("a link leads to", link)
    os.unlink("/tmp/link")
print("nothing")
