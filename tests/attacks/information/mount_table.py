# Reads the mount table for more than it may tell: every mount is one of ours, only scratch folders and /proc can be written,
# nothing is set-uid, no disk, cgroup, sysfs, tracefs or folder of the host's is among them.
# hole: SandboxFusion and isolate before 2.6 bound /dev with all that is mounted below, a shared /dev/shm with it
# stopped by: outer root, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

found = []
scratch = {"/tmp", "/work", "/dev/shm", "/run/figures"}
devices = {"/dev/" + name for name in ("null", "zero", "full", "random", "urandom")}
settings = {"ld.so.cache", "ld.so.conf", "ld.so.conf.d", "alternatives", "matplotlibrc", "mime.types", "localtime", "fonts", "ssl"}
for table in ("self", "thread-self", "1"):
    for line in open(f"/proc/{table}/mountinfo"):
        left, right = line.split(" - ")
        point, options = left.split()[4:6]
        kind, source = right.split()[:2]
        options = set(options.split(","))
        part = point.split("/")[1]
        known = (point in {"/", "/proc", "/usr"} | scratch | devices or point.startswith("/proc/") and "ro" in options
                 or point.startswith("/usr/") and "ro" in options or part in ("bin", "sbin", "lib", "lib32", "lib64", "libx32")
                 or part == "etc" and (point.split("/")[2] in settings or point.startswith("/etc/python3")))
        if not known:
            found.append(f"unknown: {line}")
        if "ro" not in options and point not in scratch | {"/proc"}:
            found.append(f"writable: {line}")
        if "nosuid" not in options or "nodev" not in options and point not in devices and not point.startswith("/proc/"):
            found.append(f"set-uid or devices: {line}")
        own = {("tmpfs", "scratch")} if point in scratch else {("tmpfs", "runner")}
        if point == "/tmp":
            own.add(("tmpfs", "runner"))  # of the prepared interpreters, below the scratch folder and covered by it
        if point in scratch | {"/"} and (kind, source) not in own:
            found.append(f"not ours: {line}")
        if kind in ("cgroup", "cgroup2", "sysfs", "debugfs", "tracefs", "securityfs", "bpf", "devpts", "mqueue", "configfs", "pstore", "efivarfs", "binfmt_misc",
                    "hugetlbfs", "fusectl", "autofs", "nfs", "nfs4", "cifs", "rpc_pipefs", "fuse.lxcfs"):
            found.append(f"the host's: {line}")
root = set(os.listdir("/")) - {"bin", "sbin", "lib", "lib32", "lib64", "libx32", "usr", "opt", "work", "var", "run", "tmp", "etc", "dev", "proc"}
found += sorted(root) + [f"/run/{name}" for name in set(os.listdir("/run")) - {"empty", "figures"}]
found += [f"/var/{name}" for name in set(os.listdir("/var")) - {"tmp"}] + [f"/opt/{name}" for name in set(os.listdir("/opt")) - {"warmbox"}]
print("\n".join(found) or "nothing")
