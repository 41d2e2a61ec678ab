# Fills memory by way of files: a tmpfs is memory, too, and of nobody's process.
# stopped by: meter, cgroup
# request: {"limits": {"memory_bytes": 33554432, "wall_ms": 5000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes"}
import time
for i in range(12):
    open(f"/dev/shm/{i}", "wb").write(b"x" * (5 << 20))
time.sleep(60)
