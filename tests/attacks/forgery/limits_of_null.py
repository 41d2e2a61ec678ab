# Asks for null where limits are numbers, which must mean the default and never none; looks at what the
# kernel says they are.
# hole: Judge0 before 1.13.0: a wall_time_limit of 0 meant that there was none, and a run was for ever
# hole: isolate 6f21daf (2026): with no memory limit of its own, a run had the one of the run before
# hole: Hugging Face sandbox-server PR 26: a limit was multiplied past the end of its number
# stopped by: requests, rlimits
# request: {"limits": {"wall_ms": null, "cpu_ms": null, "memory_bytes": null, "processes": null, "file_size_bytes": null, "disk_bytes": null, "open_files": null, "output_bytes": null}}
# expect: {"status": "ok", "stdout": "cpu (11, 12)\nfile size (16777216, 16777216)\nopen files (256, 256)\nstack (67108864, 67108864)\nscratch 67108864\n64 to 72 processes\n", "stderr": "", "truncated": false}
import os, resource as r

print("cpu", r.getrlimit(r.RLIMIT_CPU))
print("file size", r.getrlimit(r.RLIMIT_FSIZE))
print("open files", r.getrlimit(r.RLIMIT_NOFILE))
print("stack", r.getrlimit(r.RLIMIT_STACK))
room = os.statvfs("/work")
print("scratch", room.f_blocks * room.f_frsize)
low, high = r.getrlimit(r.RLIMIT_NPROC)
print("64 to 72 processes" if 64 <= low == high <= 72 else (low, high))
