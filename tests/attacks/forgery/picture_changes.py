# Pictures grow, shrink, vanish and come back while it ends. The pieces of one must be of one length.
# hole: Hugging Face sandbox-server PR 26: a file that shrank while it was sent put the connection out of step
# stopped by: files out, namespaces
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "changing\n", "stderr": "", "images_omitted": 0}
# takes_at_most_ms: 3000
import os, time

def grow():
    with open("grows.png", "wb", 0) as f:
        while True:
            f.write(b"x" * 300000)
            f.tell() > 3000000 and (f.seek(0), f.truncate(3))

def vanish():
    while True:
        open("vanishes.png", "w").write("here")
        os.unlink("vanishes.png")

def move():
    os.mkdir("a")
    open("a/moves.png", "w").write("here")
    while True:
        os.rename("a", "b")
        os.rename("b", "a")

for act in (grow, vanish, move):
    if os.fork() == 0:
        act()
time.sleep(0.1)
print("changing", flush=True)
os._exit(43)
