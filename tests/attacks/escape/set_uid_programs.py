# Finds every program with set-uid, set-gid or capabilities and every mount that would honour them; executes
# those that raise privileges and looks who they are while they run.
# hole: Piston 0da1cd5: a set-uid child hid from the clean-up
# stopped by: no privileges, identities
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os, subprocess

for line in open("/proc/self/mountinfo"):
    where, flags = line.split()[4:6]
    flags = flags.split(",")
    if "nosuid" not in flags:
        print(where, "honours set-uid")
    if "nodev" not in flags and not ("noexec" in flags and "ro" in flags):
        print(where, "has devices and is writable")
    if "rw" in flags and where not in ("/proc", "/tmp", "/work", "/dev/shm", "/run/figures"):
        print(where, "is writable")
found = []
for folder in ("/usr/bin", "/usr/sbin", "/usr/local/bin", "/usr/lib/openssh", "/usr/lib/dbus-1.0", "/usr/libexec"):
    for entry in os.scandir(folder) if os.path.isdir(folder) else ():
        mode = entry.stat(follow_symlinks=False).st_mode
        if mode & 0o6000 and not entry.is_symlink() and not entry.is_dir():
            found.append(entry.path)
        try:
            os.getxattr(entry.path, "security.capability", follow_symlinks=False)
            found.append(entry.path)
        except OSError:
            pass
quiet = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
for path in found[:6]:
    try:
        with subprocess.Popen([path], **quiet) as child:
            try:
                status = open(f"/proc/{child.pid}/status").read()
            except OSError:
                status = ""  # already gone
            for line in status.splitlines():
                if line.startswith(("Uid", "Gid")) and set(line.split()[1:]) != {"1000"}:
                    print(path, line)
                if line.startswith("CapEff") and int(line.split()[1], 16):
                    print(path, line)
            child.kill()
    except OSError:
        pass
for name in ("sudo", "pkexec", "chsh", "newuidmap"):
    try:
        end = subprocess.run([name, "-c", "id -u"], input=b"", capture_output=True, timeout=1)
        if end.stdout.strip() == b"0":
            print("root by", name)
    except (OSError, subprocess.TimeoutExpired):
        pass
print("nothing")
