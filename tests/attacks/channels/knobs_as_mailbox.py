# Leaves a mark in the kernel's knobs: writes to every file below /proc that is not its own process's, changes the host's and the
# domain's name, and looks whether any of them bears another's mark.
# hole: CVE-2025-31133 (runc): masked and read-only paths of /proc were opened through a link
# stopped by: proc, filter, identities
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os, socket, sys, time

libc = ctypes.CDLL(None, use_errno=True)
found = []
for name, call in (("host name", libc.sethostname), ("domain name", libc.setdomainname)):
    if call(sys.argv[1].encode(), len(sys.argv[1])) == 0 or ctypes.get_errno() != errno.EPERM:
        found.append(f"{name}: {os.strerror(ctypes.get_errno())}")
tried = 0
for folder, folders, files in os.walk("/proc"):
    if folder == "/proc":
        folders[:] = [name for name in folders if not name.isdigit()]
    for name in files:
        path = os.path.join(folder, name)
        tried += 1
        try:
            fd = os.open(path, os.O_WRONLY)
        except OSError as e:
            if e.errno not in (errno.EROFS, errno.EACCES, errno.EPERM):
                found.append(f"{path}: {e}")
            continue
        # what stands before a hidden file is /dev/null
        if os.fstat(fd).st_rdev != os.stat("/dev/null").st_rdev:
            found.append(f"opened {path}")
        os.close(fd)
if tried < 300:
    found.append(f"only {tried} files")
for path in ("/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/self/loginuid", "/proc/1/oom_score_adj", "/proc/1/comm", "/proc/1/autogroup",
             "/proc/1/coredump_filter", "/proc/1/timerslack_ns", "/proc/1/attr/current", "/proc/self/projid_map"):
    try:
        with open(path, "w") as f:
            f.write("allow" if path.endswith("setgroups") else "0 0 1")
        found.append(f"wrote {path}")
    except OSError:
        pass
time.sleep(0.1)
if socket.gethostname() != "sandbox" or open("/proc/sys/kernel/hostname").read() != "sandbox\n":
    found.append(f"host name {socket.gethostname()}")
print("\n".join(found) or "nothing")
