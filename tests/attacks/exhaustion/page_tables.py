# Reads one byte of every two mebibytes of a huge mapping: that takes no page, and a page table for each.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
import mmap, time
MAP_NORESERVE, MADV_NOHUGEPAGE = 0x4000, 15
pieces = 50000
memory = mmap.mmap(-1, pieces << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | MAP_NORESERVE)
memory.madvise(MADV_NOHUGEPAGE)
for i in range(pieces):
    memory[i << 21]
time.sleep(0.1)
print("page tables of", [line.split()[1] for line in open("/proc/self/status") if line.startswith("VmPTE")][0], "kB")
