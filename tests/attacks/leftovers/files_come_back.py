# Leaves processes that wait for their files to be cleaned away, and then write them anew.
# hole: Piston, 9590d5a: files and processes were cleaned at the same time, and a process won
# stopped by: namespaces, scratch
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": "", "images": [], "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os, time

folders = ("/work", "/tmp", "/dev/shm", "/run/figures")
print("\n".join(f"{folder}/again" for folder in folders if os.path.exists(folder + "/again")) or "nothing", flush=True)
for folder in folders:
    if os.fork() == 0:
        os.setsid()
        os.chdir(folder)
        held = os.open(".", os.O_RDONLY)
        while True:
            for name in (folder + "/again", "again"):
                try:
                    os.close(os.open(name, os.O_CREAT | os.O_WRONLY))
                    os.close(os.open(name, os.O_CREAT | os.O_WRONLY, dir_fd=held))
                except OSError:
                    pass
            time.sleep(0.001)
time.sleep(0.05)
