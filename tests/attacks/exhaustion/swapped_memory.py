# Asks the kernel to swap out what it takes: what is not resident is memory all the same.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
import mmap, time
MADV_PAGEOUT = 21
memory = mmap.mmap(-1, 240 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for at in range(0, 240 << 20, 4 << 20):
    memory[at : at + (4 << 20)] = b"x" * (4 << 20)
    memory.madvise(MADV_PAGEOUT, at, 4 << 20)
    time.sleep(0.002)
print("holds", sum(memory[at] == 120 for at in range(0, 240 << 20, 1 << 20)), "MiB")
