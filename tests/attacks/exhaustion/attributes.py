# Fills the attributes of files, which a file system in memory keeps beside its sized pages.
# stopped by: scratch, cgroup
# expect: {"status": "ok", "stdout": "bounded\n", "stderr": ""}
import os
total = 0
try:
    for i in range(200):
        path = f"/tmp/{i}"
        open(path, "w")
        for n in range(50):
            os.setxattr(path, f"user.{n}", bytes(60000))
            total += 60000
except OSError:
    pass
print("bounded" if total < 80 << 20 else f"{total >> 20} MiB")
