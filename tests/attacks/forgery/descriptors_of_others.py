# Opens every descriptor of every process that it can see, to write a verdict there; its own ones
# lead to pipes of its own and nowhere else.
# hole: isolate-cheater (2015): the meta file was reached through /proc
# stopped by: identities, namespaces, verdict channel
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "nothing\n", "stderr": ""}
import errno, os, sys

found = []
for pid in filter(str.isdigit, os.listdir("/proc")):
    if "shadow" in open("/proc/%s/comm" % pid).read():
        continue  # the program's own memory, with nothing open
    for what in ("fd", "fdinfo", "map_files", "task/%s/fd" % pid):
        folder = "/proc/%s/%s" % (pid, what)
        try:
            names = os.listdir(folder)
        except OSError as e:
            if e.errno not in (errno.EACCES, errno.EPERM):
                found.append("%s: %s" % (folder, e.strerror))
            continue
        if int(pid) != os.getpid():
            found.append("%s: %s" % (folder, names))
    if int(pid) != os.getpid():
        for fd in range(64):
            try:
                there = os.open("/proc/%s/fd/%d" % (pid, fd), os.O_WRONLY | os.O_NONBLOCK)
                found.append("wrote %d bytes to %d of %s" % (os.write(there, b"\1" + bytes(80)), fd, pid))
            except OSError as e:
                if e.errno not in (errno.EACCES, errno.EPERM):
                    found.append("%d of %s: %s" % (fd, pid, e.strerror))
for fd in sorted(map(int, os.listdir("/proc/self/fd"))):
    try:
        target = os.readlink("/proc/self/fd/%d" % fd)
    except OSError:
        continue  # the folder's own, closed by now
    if fd > 2 or not target.startswith("pipe:"):
        found.append("%d is %s" % (fd, target))
print("\n".join(found) or "nothing")
sys.exit(43)
