# Climbs out of its folders: `..` from held and moved folders, links, deleted folders, descriptors as folders. The four scratch
# folders are parts of one disk, whose other parts and top must not be reached through any of them.
# hole: CVE-2024-21626 (runc): a working folder outside of the root; 4cf1893b (DMOJ): `..` and links read differently twice
# stopped by: namespaces, outer root, scratch
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, sys

found = []
canary = sys.argv[2].lstrip("/")
root = os.stat("/")
spots = {}
for base in ("/work", "/tmp", "/dev/shm", "/run/figures"):
    os.makedirs(base + "/a/b/c")
    spots[base] = os.open(base + "/a/b/c", os.O_RDONLY)
for base, held in spots.items():
    for other in spots:
        for move in (os.rename, os.link, lambda a, b: os.symlink(a, b + ".link")):
            try:
                move(base + "/a/b", f"{other}/moved")
                if move in (os.rename, os.link) and other != base:
                    found.append(f"moved from {base} to {other}")
            except OSError as e:
                if e.errno not in (errno.EXDEV, errno.ENOENT, errno.EPERM, errno.EEXIST):
                    found.append(f"{base} to {other}: {e}")
    for way in ("../" * 64, "../../../..", "../" * 7):
        names = set(os.listdir(os.open(way, os.O_RDONLY, dir_fd=held)))
        if names & {"figures", "shm"} or names & {"home", "root", "boot", "sys", "srv"}:
            found.append(f"{base}: {way} shows {names}")
        try:
            os.open(way + canary, os.O_RDONLY, dir_fd=held)
            found.append(f"{base}: the canary")
        except OSError:
            pass
    os.fchdir(held)
    if not os.getcwd().startswith(base):
        found.append(f"stands in {os.getcwd()}")
    os.system(f"rm -rf {base}/a {base}/moved {base}/*.link")
    for way in ("..", "../..", "../../../../.."):  # from a folder that is gone
        try:
            if set(os.listdir(way)) & {"figures", "shm", "home", "root", "boot", "sys", "srv"}:
                found.append(f"{base}: gone, {way} shows {os.listdir(way)}")
        except FileNotFoundError:
            pass
os.chdir("/")
for way in ("..", "../..", "/..", "/proc/self/root/..", "/proc/self/cwd/..", "/proc/thread-self/root/../.."):
    if not os.path.samestat(os.stat(way), root):
        found.append(f"{way} is above the top")
for fd in range(3):  # descriptors that are no folders
    try:
        os.stat("..", dir_fd=fd)
        found.append(f"descriptor {fd} is in a folder")
    except NotADirectoryError:
        pass
print("\n".join(found) or "nothing")
