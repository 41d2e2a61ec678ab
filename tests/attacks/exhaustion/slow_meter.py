# Makes measuring slow, by very many mappings in very many processes, and then takes memory in
# another process behind the meter's back.
# stopped by: meter, cgroup
# request: {"limits": {"memory_bytes": 134217728, "wall_ms": 8000, "cpu_ms": 8000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes"}
# takes_at_most_ms: 7000
import mmap, os, time

for i in range(12):
    if os.fork() == 0:
        maps = [mmap.mmap(-1, 4096, prot=1 + (n & 1) * 2) for n in range(1500)]
        time.sleep(60)
time.sleep(0.3)
blocks = []
while True:
    blocks.append(b"x" * (4 << 20))
    time.sleep(0.005)
