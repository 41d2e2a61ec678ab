# Memory in files that have no name any more, and in mappings of them.
# stopped by: meter, cgroup
# request: {"limits": {"memory_bytes": 40000000, "wall_ms": 4000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": ""}
import mmap, os, time
held = []
for i in range(6):
    f = os.open("/tmp/gone", os.O_CREAT | os.O_RDWR)
    os.unlink("/tmp/gone")
    os.ftruncate(f, 8 << 20)
    held.append(mmap.mmap(f, 8 << 20))
    held[-1][:] = b"x" * (8 << 20)
    os.close(f)
time.sleep(0.5)
print("holds", sum(len(m) for m in held) >> 20, "MiB")
