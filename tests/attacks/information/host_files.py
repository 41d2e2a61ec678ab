# Looks for anything of the host: files, environment, other processes, the server's paths. Its
# arguments tell where a canary was planted on the host, and its word.
# stopped by: outer root, namespaces, proc, identities, no privileges
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, sys

mark, canary_path, canary = sys.argv[1:]
found = []
if os.path.exists(canary_path):
    found.append("the canary")
for path in ("/etc/shadow", "/etc/hostname", "/etc/machine-id", "/root", "/home", "/boot", "/sys", "/mnt", "/media", "/srv",
             "/var/run/docker.sock", "/run/secrets", "/proc/1/environ", "/proc/1/mem", "/proc/1/maps", "/proc/1/root/",
             "/proc/1/cwd/", "/proc/1/fd/0", "/proc/kcore", "/proc/kallsyms", "/proc/keys", "/proc/sysrq-trigger",
             "/proc/timer_list", "/dev/mem", "/dev/kmsg", "/dev/sda", "/dev/vda", "/dev/fuse", "/dev/kvm"):
    try:
        data = os.listdir(path) if os.path.isdir(path) else open(path, "rb").read(64)
        if data:
            found.append(f"{path}: {data!r:.200}")
    except OSError:
        pass
for path in ("/proc/sys/kernel/core_pattern", "/proc/sys/vm/overcommit_memory", "/proc/1/oom_score_adj", "/dev/mem"):
    try:
        open(path, "w").write("0")
        found.append("wrote " + path)
    except OSError:
        pass
for table in ("mountinfo", "mounts", "cgroup", "environ", "maps", "status", "limits"):
    text = open("/proc/self/" + table, errors="replace").read()
    if canary in text or "/home" in text or "/root" in text or "warmbox-test" in text:
        found.append(f"{table}: {text:.2000}")
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in (1, os.getpid()) and "shadow" not in open(f"/proc/{name}/comm").read():
        found.append("process " + name)
for folder, folders, files in os.walk("/"):
    if folder.startswith(("/proc", "/usr")):
        folders.clear()
    found += [f"{folder}/{name}" for name in folders + files if "warmbox-" in name]
    for name in files:
        path = os.path.join(folder, name)
        if os.path.isfile(path) and not path.startswith(("/proc", "/usr")) and os.path.getsize(path) < 1 << 20:
            try:
                if path != "/work/main.py" and canary.encode() in open(path, "rb").read():
                    found.append("the canary's word in " + path)
            except OSError:
                pass
if os.getuid() == 0 or os.geteuid() == 0 or os.getgroups() not in ([], [1000], [65534]):
    found.append(f"uid {os.getuid()} {os.geteuid()}, groups {os.getgroups()}")
status = dict(line.split(":", 1) for line in open("/proc/self/status") if ":" in line)
for field, wanted in (("CapEff", "0" * 16), ("CapPrm", "0" * 16), ("CapBnd", "0" * 16), ("NoNewPrivs", "1"), ("Seccomp", "2")):
    if status[field].strip() != wanted:
        found.append(f"{field} is {status[field].strip()}")
for name, value in os.environ.items():
    if "CANARY" in name or canary in value:
        found.append("environment " + name)
print("\n".join(found) or "nothing")
