# Makes its end long work: very many mappings and page tables in several processes, deep folders, many files.
# stopped by: wall clock, scratch
# request: {"limits": {"wall_ms": 900, "cpu_ms": 8000}}
# expect: {"status": "time_limit", "limit": "wall_ms", "stdout": "on\n", "stderr": "", "usage": {"wall_ms": {"most": 3000}}}
# takes_at_most_ms: 4000
import mmap, os, time
print("on", flush=True)
for i in range(2000):
    open(f"/tmp/{i}", "w")
for i in range(1500):
    os.mkdir("d")
    os.chdir("d")
for i in range(3):
    if os.fork() == 0:
        break
maps = [mmap.mmap(-1, 4096, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS, prot=1 + (n & 1) * 2) for n in range(15000)]
memory = mmap.mmap(-1, 4000 << 21, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS | 0x4000)
for i in range(4000):
    memory[i << 21]
time.sleep(60)
