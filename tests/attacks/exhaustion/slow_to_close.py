# Opens as many watches over the machine's pressure as it may. The kernel closes each with a wait of its own, ten or more
# milliseconds, which no signal cuts short: a program with a thousand would live for seconds after its end.
# stopped by: proc
# request: {"limits": {"wall_ms": 1000, "open_files": 1024}}
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
# takes_at_most_ms: 3000
import os

made = 0
for resource in ("cpu", "io", "memory", "irq"):
    try:
        while True:
            os.write(os.open("/proc/pressure/" + resource, os.O_RDWR), b"some 150000 2000000\0")
            made += 1
    except OSError:
        pass
print(f"{made} watches" if made else "nothing")
