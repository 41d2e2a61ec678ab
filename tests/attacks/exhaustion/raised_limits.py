# Raises its limits, its own and those of others, and looks whether they were what was asked for from the first line on.
# stopped by: rlimits, no privileges
# request: {"limits": {"cpu_ms": 2500, "file_size_bytes": 5000000, "open_files": 77, "memory_bytes": 50000000}}
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, resource

wanted = {"RLIMIT_CPU": (7, 8), "RLIMIT_FSIZE": (5000000,) * 2, "RLIMIT_NOFILE": (77,) * 2, "RLIMIT_STACK": (64 << 20,) * 2,
          "RLIMIT_CORE": (1, 1), "RLIMIT_MEMLOCK": (65536,) * 2, "RLIMIT_NICE": (0, 0), "RLIMIT_RTPRIO": (0, 0),
          "RLIMIT_SIGPENDING": (1024,) * 2, "RLIMIT_MSGQUEUE": (262144,) * 2, "RLIMIT_NPROC": None}
found = []
for name, limits in wanted.items():
    number = getattr(resource, name)
    was = resource.getrlimit(number)
    if limits and was != limits or was[1] > 64 << 20:
        found.append(f"{name} is {was}")
    for pid in (0, 1, os.getppid()):
        for raised in ((was[1] + 1,) * 2, (resource.RLIM_INFINITY,) * 2):
            try:
                resource.prlimit(pid, number, raised)
                found.append(f"raised {name} of {pid}")
            except (PermissionError, ValueError):
                pass
    for pid in (1,):
        try:
            resource.prlimit(pid, number, (0, 0))
            found.append(f"lowered {name} of {pid}")
        except PermissionError:
            pass
print("\n".join(found) or "nothing")
