# Folders in folders, three thousand deep, with pictures all the way down: who goes after them must not go too far.
# stopped by: files out, scratch
# expect: {"status": "ok", "stdout": "3000\n", "stderr": "", "images": ["data:image/png;base64,dG9w"], "images_omitted": 0}
import os
open("top.png", "w").write("top")
for depth in range(3000):
    os.mkdir("d" * 200)
    os.chdir("d" * 200)
    if depth >= 20 and depth % 50 == 0:
        open("deep.png", "w").write(str(depth))
print(depth + 1)
