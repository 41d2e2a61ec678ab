# Leaves the scratch folders full, by files without names as well: their memory must be there again for the next run.
# hole: Docker with a tmpfs (measured): what a killed run had left in it was held against the next one, which was killed for it
# hole: isolate 4defd1d, 52c3ffb: page cache and CPU time of the run before were counted in the next
# stopped by: scratch
# request: {"limits": {"memory_bytes": 134217728}}
# expect: {"status": "ok", "stdout": "whole\n", "stderr": ""}
import os
memory = b"x" * (90 << 20)
room = os.statvfs("/tmp")
print("whole" if room.f_bfree * room.f_frsize > 60 << 20 and room.f_ffree > 4000 else f"{room.f_bfree} blocks, {room.f_ffree} names")
del memory
held = []
try:
    for i in range(99):
        path = f"{('/dev/shm', '/tmp', '/work')[i % 3]}/{i}"
        held.append(os.open(path, os.O_CREAT | os.O_WRONLY))
        if i % 2:
            os.unlink(path)
        os.write(held[-1], b"x" * (4 << 20))
except OSError:
    pass
