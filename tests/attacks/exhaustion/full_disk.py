# Fills the scratch folders, then runs out of names for files.
# hole: Piston (test fallocate): a job filled the host's disk
# stopped by: scratch
# request: {"limits": {"memory_bytes": 1073741824}}
# expect: {"status": "ok", "stdout": "No space left on device\nNo space left on device\n"}
import os
try:
    for i in range(99):
        with open(f"/dev/shm/{i}", "wb") as f:
            f.write(b"x" * (4 << 20))
except OSError as e:
    print(e.strerror)
for name in os.listdir("/dev/shm"):
    os.truncate("/dev/shm/" + name, 0)
try:
    for i in range(1 << 20):
        os.close(os.open(f"/tmp/{i}", os.O_CREAT))
except OSError as e:
    print(e.strerror)
