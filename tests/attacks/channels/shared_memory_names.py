# Puts a mark under one name into shared memory and as a named semaphore, and looks for the mark of the run beside it.
# hole: 2.6 (isolate): /dev was bound with the /dev/shm below it, so all boxes shared one
# stopped by: scratch, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import _multiprocessing, os, sys, time
from multiprocessing import shared_memory

found = []
me = sys.argv[1].encode()
try:  # each must be the first to make them
    block = shared_memory.SharedMemory("warmbox-channel", create=True, size=4096)
    block.buf[:len(me)] = me
    lock = _multiprocessing.SemLock(1, 1, 1, "/warmbox-channel", False)
except FileExistsError as e:
    found.append(f"somebody was here: {e}")
for folder in ("/dev/shm", "/tmp", "/var/tmp", "/work", "/run/figures", "/dev/mqueue", "/run/shm", "/run/lock"):
    try:
        open(f"{folder}/mark-{sys.argv[1]}", "w").close()
    except OSError:
        pass
time.sleep(0.25)
for folder in ("/dev/shm", "/tmp", "/var/tmp", "/work", "/run/figures", "/dev/mqueue", "/run/shm", "/run/lock"):
    for name in os.listdir(folder) if os.path.isdir(folder) else ():
        if name not in (f"mark-{sys.argv[1]}", "main.py", "warmbox-channel", "sem.warmbox-channel"):
            found.append(f"{folder}/{name}")
if not found and bytes(block.buf[:len(me)]) != me:
    found.append(f"another's mark: {bytes(block.buf[:64])}")
if not found:
    block.close()
    block.unlink()
print("\n".join(found) or "nothing")
