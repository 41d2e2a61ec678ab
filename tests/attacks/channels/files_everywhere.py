# Leaves a mark in every folder of the whole tree that takes one, then walks the tree again for the mark of the run beside it, and
# for it in the names and arguments of processes.
# hole: issue 165 (QDUOJ): a file in /tmp was read by the next program; tests/file_persistance.py (Piston) still tries it
# stopped by: scratch, outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, sys, time

found = []
me = "warmbox-channel-" + sys.argv[1]


def tree():
    for folder, folders, files in os.walk("/"):
        if folder == "/":
            folders[:] = [name for name in folders if name not in ("proc", "bin", "sbin", "lib", "lib64", "lib32", "libx32")]
        elif folder.count("/") > 2 and folder.startswith("/usr"):
            folders.clear()
        yield folder, folders + files


took = []
for folder, names in tree():
    try:
        open(f"{folder}/{me}", "x").write(me)
        took.append(folder)
    except OSError:
        pass
if sorted(took) != ["/dev/shm", "/run/figures", "/tmp", "/work"]:
    found.append(f"marks in {took}")
open("/proc/self/comm", "w").write(me[:15])
time.sleep(0.15)
for folder, names in tree():
    found += [f"{folder}/{name}" for name in names if name.startswith("warmbox-channel-") and name != me]
for name in os.listdir("/proc"):
    if name.isdigit() and int(name) not in (1, os.getpid()) and "shadow" not in open(f"/proc/{name}/comm").read():
        found.append(f"process {name}")
# a picture of it would be an answer's
for folder in took:
    os.unlink(f"{folder}/{me}")
print("\n".join(found) or "nothing")
