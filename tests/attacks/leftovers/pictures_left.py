# Leaves pictures where they are collected, and a process that makes more: an answer holds its own run's only.
# stopped by: scratch, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "images": ["data:image/png;base64,Zmlyc3Q=", "data:image/png;base64,dGhpcmQ="], "images_omitted": 0}
import os, time
print("\n".join(os.listdir("/run/figures") + [name for name in os.listdir("/work") if name != "main.py"]) or "nothing", flush=True)
open("/run/figures/0001.png", "w").write("first")
open("/work/third.png", "w").write("third")
r, w = os.pipe()
if os.fork() == 0:
    os.setsid()
    figures = os.open("/run/figures", os.O_RDONLY)
    os.write(w, b"x")
    time.sleep(0.1)
    for number in range(2, 9):
        os.close(os.open(f"000{number}.png", os.O_CREAT | os.O_WRONLY, dir_fd=figures))
        time.sleep(0.05)
    time.sleep(60)
os.read(r, 1)
