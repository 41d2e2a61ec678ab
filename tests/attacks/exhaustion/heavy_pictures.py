# Three pictures that are too large together, and weigh next to nothing on the disk: they are all hole.
# stopped by: files out
# expect: {"status": "ok", "stdout": "45 MiB\n", "stderr": "", "images_omitted": 1}
import os
for i in range(3):
    f = os.open(f"{i}.png", os.O_CREAT | os.O_WRONLY)
    os.write(f, b"%d" % i)
    os.ftruncate(f, 15 << 20)
print(sum(os.path.getsize(f"{i}.png") for i in range(3)) >> 20, "MiB")
