# Looks for a descriptor that was not given to it: the supervisor's link, the sandbox's control socket, a folder of the host,
# another run's pipe. There must be three pipes and nothing else, in children too.
# hole: CVE-2024-21626 (runc): a forgotten descriptor of the host's cgroup folder led out
# hole: isolate before 2015: the file with the verdict was open in the box; go-judge v0.9.5 to v1.1.4: other runs' descriptors
# stopped by: descriptors
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import fcntl, os, stat, sys

found = []
open_now = []
for fd in range(4096):
    try:
        mode = os.fstat(fd).st_mode
    except OSError:
        continue
    open_now.append(fd)
    name = os.readlink(f"/proc/self/fd/{fd}")
    if fd > 2 or not stat.S_ISFIFO(mode) or not name.startswith("pipe:[") or os.isatty(fd):
        found.append(f"{fd} {mode:o} {name}")
ways = [fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_ACCMODE for fd in open_now[:3]]
if ways != [os.O_RDONLY, os.O_WRONLY, os.O_WRONLY]:
    found.append(f"opened for {ways}")
if len({os.fstat(fd).st_ino for fd in open_now}) != 3:
    found.append("two of them are one pipe")
for folder in ("fd", "fdinfo"):
    names = set(os.listdir("/proc/self/" + folder))
    if len(names - {"0", "1", "2"}) > 1:  # the folder's own, while it is read
        found.append(f"{folder}: {sorted(names)}")
r, w = os.pipe()
if (child := os.fork()) == 0:
    os.dup2(w, 1)
    os.set_inheritable(1, True)
    os.execv(sys.executable, ["python3", "-SEc", "import os\nfor fd in range(3, 4096):\n try: os.fstat(fd); print(fd, os.readlink(f'/proc/self/fd/{fd}'))\n except OSError: pass"])
os.close(w)
found += os.fdopen(r).read().splitlines()
os.waitpid(child, 0)
print("\n".join(found) or "nothing")
