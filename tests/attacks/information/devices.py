# Lists /dev, which holds five devices that every program may have and four links, and looks for any other device in the
# whole tree: disks, memory, consoles, terminals, virtual machines.
# hole: CVE-2024-28185 (Judge0): its container was privileged, so that the host's disk was one device away
# stopped by: outer root
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os, stat

found = []
wanted = {"null": (1, 3), "zero": (1, 5), "full": (1, 7), "random": (1, 8), "urandom": (1, 9)}
links = {"fd": "/proc/self/fd", "stdin": "/proc/self/fd/0", "stdout": "/proc/self/fd/1", "stderr": "/proc/self/fd/2"}
for name in os.listdir("/dev"):
    path = "/dev/" + name
    about = os.lstat(path)
    if name in wanted:
        right = stat.S_ISCHR(about.st_mode) and (os.major(about.st_rdev), os.minor(about.st_rdev)) == wanted[name]
    else:
        right = name == "shm" and stat.S_ISDIR(about.st_mode) or name in links and os.readlink(path) == links[name]
    if not right:
        found.append(f"{path} {about}")
for folder, folders, files in os.walk("/"):
    if folder == "/":
        folders[:] = [name for name in folders if name not in ("proc", "usr", "lib", "lib64", "lib32", "libx32", "bin", "sbin")]
    for name in files:
        mode = os.lstat(os.path.join(folder, name)).st_mode
        if stat.S_ISBLK(mode) or stat.S_ISCHR(mode) and (folder, name not in wanted) != ("/dev", False):
            found.append(f"{folder}/{name} {mode:o}")
for name in ("tty", "ptmx", "pts/ptmx", "pts/0", "console", "mem", "kmem", "port", "kvm", "fuse", "vda", "sda", "nvme0n1", "dm-0", "loop0", "loop-control",
             "mapper/control", "net/tun", "vsock", "vhost-net", "vhost-vsock", "uinput", "input/event0", "dri/card0", "nvidia0", "snd/timer", "btrfs-control",
             "cpu/0/msr", "hpet", "rtc", "userfaultfd", "udmabuf", "mqueue", "hugepages", "core", "initctl", "watchdog", "bsg", "sg0", "raw/rawctl"):
    try:
        os.close(os.open("/dev/" + name, os.O_RDONLY | os.O_NONBLOCK))
        found.append("opened /dev/" + name)
    except OSError as e:
        if e.errno != errno.ENOENT:
            found.append(f"/dev/{name}: {e}")
print("\n".join(found) or "nothing")
