# A picture that may be looked for (8 folders down) and one below it, in folders without end, and circles.
# stopped by: files out
# expect: {"status": "ok", "stdout": "done\n", "stderr": "", "images": ["data:image/png;base64,bmVhcg=="], "images_omitted": 0}
import os

for depth in range(1, 1000):
    os.mkdir("d")
    os.chdir("d")
    if depth in (8, 9, 500):
        open("x.png", "w").write("near" if depth == 8 else "far")
        os.symlink("../../..", "up")
print("done")
