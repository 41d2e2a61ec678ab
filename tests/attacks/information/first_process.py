# Asks everything of the first process, which is a copy of the supervisor or of a prepared interpreter: what lies in its memory or names its files is
# refused; what is shown of it is a fixed name and its place in the sandbox.
# stopped by: identities, proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os

found = []
for base in ("/proc/1", "/proc/1/task/1", "/proc/self/../1", f"/proc/{os.getppid()}"):
    for name in ("environ", "mem", "maps", "smaps", "smaps_rollup", "numa_maps", "auxv", "io", "stack", "syscall", "personality",
                 "pagemap", "mountstats", "timerslack_ns", "clear_refs"):
        for mode in ("rb", "wb"):
            try:
                with open(f"{base}/{name}", mode, buffering=0) as f:
                    found.append(f"{base}/{name} {mode}: {f.read(64) if mode == 'rb' else f.write(b'1')}")
            except FileNotFoundError:
                pass  # of a whole process only, or of another kernel
            except OSError as e:
                if e.errno not in (errno.EACCES, errno.EPERM):
                    found.append(f"{base}/{name} {mode}: {e}")
    for name in ("exe", "cwd", "root", "fd/0", "fd/3", "ns/user", "ns/mnt", "ns/net"):
        try:
            found.append(f"{base}/{name} -> {os.readlink(f'{base}/{name}')}")
        except (PermissionError, FileNotFoundError):
            pass
    for name in ("fd", "fdinfo", "map_files", "ns", "cwd", "root"):
        try:
            found.append(f"{base}/{name}: {os.listdir(f'{base}/{name}')}")
        except (PermissionError, FileNotFoundError):
            pass
    words = open(base + "/cmdline").read().split("\0")
    supervisor = os.path.basename(words[0]) == "warmbox-supervisor" and os.path.dirname(words[0]) in ("", "/") and words[1:] == ["runner", ""]
    interpreter = words[:2] == ["python3", "-X"] and words[2].startswith("warmbox_parent=") and words[3:] == ["main.py", ""]
    if not (supervisor or interpreter):
        found.append(f"its command line {words}")
    stat = open(base + "/stat").read().rsplit(") ", 1)[1].split()
    if stat[23:28] != ["1", "1", "0", "0", "0"]:
        found.append(f"where its code and stack are: {stat[23:28]}")
    if set(open(base + "/wchan").read()) - {"0"}:
        found.append("where it waits in the kernel")
status = dict(line.split(":\t", 1) for line in open("/proc/1/status").read().splitlines())
if status["NSpid"] != "1" or status["PPid"] != "0" or status["TracerPid"] != "0":
    found.append(f"numbers outside: {status['NSpid']} {status['PPid']}")
print("\n".join(found) or "nothing")
