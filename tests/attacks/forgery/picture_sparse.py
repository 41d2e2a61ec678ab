# Pictures with four bytes in them that say they are larger than all pictures may be together, in a folder
# that has room for none of them. Who believes a size takes memory for it.
# stopped by: files out
# request: {"limits": {"file_size_bytes": 67108864, "disk_bytes": 1048576}}
# expect: {"status": "ok", "stdout": "done\n", "stderr": "", "images": ["data:image/png;base64,cmVhbA=="], "images_omitted": 2}
import os

for name, size in (("a.png", 32 * 1024 * 1024 + 1), ("b.png", 64 * 1024 * 1024), ("c.png", 4)):
    with open(name, "wb") as f:
        f.write(b"real")
        f.truncate(size)
print("done")
