# Children crash in all the ways that leave a core file, or wake the host's handler of such files.
# hole: apport, CVE-2015-1318: the host's handler of crashes did as a container's process told it
# stopped by: rlimits
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, resource, signal

found = []
for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT, signal.SIGSYS, signal.SIGTRAP):
    if (child := os.fork()) == 0:
        os.chdir("/tmp")
        for limit in (resource.RLIM_INFINITY, 1):
            try:
                resource.setrlimit(resource.RLIMIT_CORE, (limit, limit))
            except ValueError:
                pass
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        os._exit(9)
    status = os.waitpid(child, 0)[1]
    if not os.WIFSIGNALED(status) or os.WTERMSIG(status) != number or os.WCOREDUMP(status):
        found.append(f"signal {number}: status {status:x}")
for folder in ("/tmp", "/work", "/dev/shm", "/", "/var/crash", "/run"):
    if os.path.isdir(folder):
        found += [f"{folder}/{name}" for name in os.listdir(folder) if "core" in name.lower() or "crash" in name]
print("\n".join(found) or "nothing")
