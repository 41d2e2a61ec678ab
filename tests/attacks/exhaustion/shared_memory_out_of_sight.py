# Takes shared memory piece by piece and drops each piece from its own page tables: the pages stay, and are counted
# as nobody's.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
# expect as nobody: {"status": "ok"}
import mmap, time
MIB = 1 << 20
memory = mmap.mmap(-1, 240 * MIB)
for at in range(0, 240 * MIB, 4 * MIB):
    memory[at : at + 4 * MIB] = b"x" * (4 * MIB)
    memory.madvise(mmap.MADV_DONTNEED, at, 4 * MIB)
    time.sleep(0.002)
print("holds", sum(memory[at] == 120 for at in range(0, 240 * MIB, MIB)), "MiB")
