# Files that say they are huge: by their length, by a hole, by room that is asked for.
# stopped by: rlimits
# expect: {"status": "ok", "stdout": "File too large\nFile too large\nFile too large\n16777216\n", "stderr": "", "images": [], "images_omitted": 0}
import os
f = os.open("sparse.bin", os.O_CREAT | os.O_RDWR)
for attempt in (lambda: os.ftruncate(f, 1 << 40), lambda: os.pwrite(f, b"x", 1 << 40), lambda: os.posix_fallocate(f, 0, 1 << 40)):
    try:
        attempt()
        print("DONE")
    except OSError as e:
        print(e.strerror)
os.ftruncate(f, 16 << 20)
print(os.fstat(f).st_size)
