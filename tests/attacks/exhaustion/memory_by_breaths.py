# Takes memory and gives it back, again and again, so that it is seldom there when somebody looks.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
import mmap, time
memory = mmap.mmap(-1, 200 << 20, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
for i in range(40):
    memory[:] = bytes(200 << 20)
    memory.madvise(mmap.MADV_DONTNEED)
    time.sleep(0.02)
print("not seen")
