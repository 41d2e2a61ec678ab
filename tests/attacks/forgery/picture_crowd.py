# Leaves 11,000 names of pictures, a picture deep below many folders, and one just within reach: what is
# looked at and what is sent is bounded, and the rest is counted.
# stopped by: files out
# request: {"limits": {"disk_bytes": 268435456}}
# expect: {"status": "ok", "stdout": "done\n", "stderr": "", "images": ["data:image/png;base64,c2FtZQ=="], "images_omitted": {"any": [9935, 9936, 9937]}}
# takes_at_most_ms: 5000
import os

open("00000.png", "w").write("same")
for number in range(1, 11000):
    os.link("00000.png", "%05d.png" % number)
print("done")
