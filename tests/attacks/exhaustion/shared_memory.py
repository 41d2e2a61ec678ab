# Memory that many processes share and none of them has alone: it must count, and count once.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 100000000, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "once\n", "stderr": ""}
import mmap, os, time
shared = mmap.mmap(-1, 200 << 20)
shared[: 40 << 20] = bytes(40 << 20)
for i in range(5):
    if os.fork() == 0:
        sum(shared[at] for at in range(0, 40 << 20, 4096))
        time.sleep(0.15)
        piece = slice((40 + 30 * i) << 20, (70 + 30 * i) << 20)
        shared[piece] = bytes(30 << 20)
        time.sleep(60)
time.sleep(0.1)
print("once", flush=True)
time.sleep(60)
