# Crashes in each of its folders with every part of its memory marked to be written, as unlimited as it may be:
# no core file must appear in a folder of its own, none elsewhere, and the verdict must be the signal.
# stopped by: rlimits, proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, resource, signal

for line in open("/proc/self/limits"):
    if line.startswith("Max core") and line.split()[4:6] != ["1", "1"]:
        print(line)
try:
    with open("/proc/self/coredump_filter", "w") as file:
        file.write("511")
except OSError:
    pass
for folder in ("/work", "/tmp", "/dev/shm", "/run/figures"):
    os.chdir(folder)
    for number in (signal.SIGSEGV, signal.SIGABRT, signal.SIGQUIT, signal.SIGXCPU):
        child = os.fork()
        if not child:
            try:
                resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
                print("unlimited")
            except (ValueError, OSError):
                pass
            signal.signal(number, signal.SIG_DFL)
            os.kill(os.getpid(), number)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        if os.WTERMSIG(status) != number or os.WCOREDUMP(status):
            print("ended with", hex(status))
    print(*(name for name in os.listdir() if "core" in name), end="")
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/kernel/core_pipe_limit", "/proc/sys/fs/suid_dumpable"):
    try:
        open(path, "r+")
        print("opened", path)
    except OSError:
        pass
print("nothing")
