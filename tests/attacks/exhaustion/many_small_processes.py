# Memory spread over many processes, each of which has little.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 134217728, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
import os, time
for i in range(30):
    if os.fork() == 0:
        b = b"x" * (8 << 20)
        time.sleep(60)
time.sleep(1.5)
os.write(1, b"30 of 8 MiB\n")
os._exit(0)
