# Reads where it stands in the host's cgroups, which would tell the container's id, the service's unit or the server's pid,
# and looks for the files that steer them.
# hole: CVE-2022-0492 (Linux): the release agent of a cgroup that a program could mount ran on the host
# stopped by: namespaces, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

found = []
for base in ("self", "thread-self", "1", f"self/task/{os.getpid()}"):
    for line in open(f"/proc/{base}/cgroup"):
        if line.rstrip("\n").split(":", 2)[2] != "/":
            found.append(f"{base}: {line.strip()}")
    try:
        if (path := open(f"/proc/{base}/cpuset").read().strip()) != "/":
            found.append(f"{base}: cpuset {path}")
    except FileNotFoundError:
        pass
    found += [line.strip() for line in open(f"/proc/{base}/mountinfo") if " - cgroup" in line or "/docker/" in line.split(" - ")[0] or "containers/" in line.split(" - ")[0]]
for path in ("/sys/fs/cgroup", "/sys/fs/cgroup/memory/release_agent", "/cgroup", "/dev/cgroup", "/run/cgroup", "/proc/1/root/sys/fs/cgroup", "/sys/kernel"):
    try:
        os.stat(path)
        found.append(path)
    except (FileNotFoundError, PermissionError):
        pass
print("\n".join(found) or "nothing")
