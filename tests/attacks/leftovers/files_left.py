# Writes wherever it can, in ways that make removal hard.
# hole: Piston, tests/file_persistance.py: /dev/shm, /run/lock, /tmp and /var/tmp kept files for later jobs
# stopped by: scratch, outer root
# expect: {"status": "ok", "stdout": "['/dev/shm', '/run/figures', '/tmp', '/work']\n", "stderr": "", "images": []}
import fcntl, os

written = set()
for folder, folders, files in os.walk("/"):
    if folder.startswith("/proc") or folder.startswith("/usr"):
        folders.clear()
        continue
    if "left" in files:
        print("found", folder + "/left")
    try:
        open(folder + "/left", "w").write("x")
        written.add(folder)
    except OSError:
        pass
print(sorted(written))
for folder in written - {"/run/figures"}:
    os.chdir(folder)
    os.mkfifo("pipe")
    os.symlink("/etc/passwd", "link")
    os.makedirs("shut/in")
    os.chmod("shut/in", 0)
    os.chmod("shut", 0)
    open("-rf", "w"), open("$(id)", "w"), open("new\nline", "w"), open(b"\xff", "w")
    fcntl.lockf(open("locked", "w"), fcntl.LOCK_EX)
    for i in range(60):
        os.mkdir("d")
        os.chdir("d")
