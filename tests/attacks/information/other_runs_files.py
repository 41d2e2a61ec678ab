# Looks for code, input and results of other runs and of the server: every folder that can be written is empty but for its own
# program, and the disk below says so too.
# hole: 6b3577c (dify-sandbox): all runs had one uid and could read and write each other's scripts
# stopped by: scratch, namespaces
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

found = []
for folder in ("/tmp", "/var/tmp", "/dev/shm", "/work", "/run/figures", "/run/empty", "/run", "/var", "/opt"):
    listed = {os.path.join(folder, name) for name in os.listdir(folder)}
    found += sorted(listed - {"/work/main.py", "/run/figures", "/run/empty", "/var/tmp", "/opt/warmbox"})
for folder, folders, files in os.walk("/", followlinks=False):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "usr", "bin", "sbin", "lib", "lib32", "lib64", "libx32", "etc")]
    for name in folders + files:
        path = os.path.join(folder, name)
        about = os.lstat(path)
        if about.st_uid == os.getuid() and os.access(path, os.W_OK) and path not in ("/work", "/tmp", "/dev/shm", "/run/figures", "/work/main.py", "/dev/fd"):
            if not path.startswith("/dev/std"):
                found.append(f"{path} can be written")
        if name.endswith((".cpp", ".o", ".out", ".in", ".json", ".log", ".sock", ".pyc")) or name == "__pycache__":
            found.append(path)
for base in ("/tmp", "/work"):
    for climb in ("..", "../work", "../figures", "../shm", "../tmp/tmp", "../../scratch"):
        if os.path.isdir(f"{base}/{climb}") and not os.path.samefile(f"{base}/{climb}", os.path.normpath(f"{base}/{climb}")):
            found.append(f"{base}/{climb}")
use = os.statvfs("/work")
blocks, inodes = use.f_blocks - use.f_bfree, use.f_files - use.f_ffree
if blocks * use.f_frsize > 16384 + os.path.getsize("/work/main.py") or inodes > 8:
    found.append(f"the disk holds {blocks} blocks, {inodes} files")
print("\n".join(found) or "nothing")
