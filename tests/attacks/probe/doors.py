# Tries every door that leads out, where each has a second wall behind the first. Prints those that open.
# Sent to supervisors from which one wall was left out: see tests/it/layers.rs.
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, os, resource, socket, stat, struct, sys, time

libc = ctypes.CDLL(None, use_errno=True)
opened = []


def door(name, goes_through):
    """Tries it in a child, so that nothing of it lasts."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            result = goes_through()
        except (OSError, ValueError):
            result = None
        os.write(write, b"1" if result else b"0")
        os._exit(0)
    os.close(write)
    if os.read(read, 1) != b"0":
        opened.append(name)
    os.close(read)
    os.waitpid(child, 0)


def call(function, *args):
    return lambda: getattr(libc, function)(*args) == 0


def writes(path):
    return lambda: open(path, "r+b" if os.path.exists(path) else "wb") is not None


def reads(path):
    return lambda: len(open(path, "rb").read(64)) > 0


def reaches(family, address):
    return lambda: socket.socket(family, socket.SOCK_DGRAM).connect(address) is None


for name, flag in (("user", 0x10000000), ("mount", 0x20000), ("net", 0x40000000), ("pid", 0x20000000)):
    door(f"new {name} namespace", call("unshare", flag))
door("mount", call("mount", b"x", b"/tmp", b"tmpfs", 0, None))
door("bind mount", call("mount", b"/proc", b"/tmp", None, 0x1000, None))
door("remount", call("mount", None, b"/proc/sys", None, 0x1020, None))
door("unmount", call("umount2", b"/proc/sys", 2))
door("chroot", call("chroot", b"/tmp"))
door("pivot_root", lambda: libc.syscall(155, b"/tmp", b"/tmp") == 0)
for uid in (0, 2, 65534):
    door(f"uid {uid}", lambda: os.setresuid(uid, uid, uid) is None)
    door(f"gid {uid}", lambda: os.setresgid(uid, uid, uid) is None)
door("groups", lambda: os.setgroups([0]) is None)
door("block device", lambda: os.mknod("/tmp/disk", stat.S_IFBLK | 0o600, os.makedev(254, 0)) or open("/tmp/disk", "rb"))
door("trace the first process", call("ptrace", 16, 1, None, None))
for file in ("mem", "environ", "maps", "auxv", "syscall", "stack"):
    door(f"first process's {file}", reads(f"/proc/1/{file}"))
for file in ("root/etc/passwd", "cwd/etc/passwd", "exe"):
    door(f"first process's {file}", reads(f"/proc/1/{file}"))
door("first process's descriptors", lambda: os.listdir("/proc/1/fd"))
for path in ("/usr/x", "/usr/bin/python3", "/etc/x", "/etc/passwd", "/x", "/opt/x", "/run/x", "/var/tmp/x", "/dev/x"):
    door(f"write {path}", writes(path))
for path in ("kernel/core_pattern", "kernel/modprobe", "kernel/hostname", "kernel/randomize_va_space", "vm/drop_caches", "user/max_user_namespaces", "fs/file-max", "net/ipv4/ip_forward"):
    if os.path.exists("/proc/sys/" + path):
        door(f"write /proc/sys/{path}", writes("/proc/sys/" + path))
for path in ("/proc/sysrq-trigger", "/proc/1/oom_score_adj", "/proc/1/uid_map", "/proc/self/uid_map"):
    if os.path.exists(path) and path != "/proc/self/uid_map":
        door(f"write {path}", writes(path))
for path in ("/proc/kcore", "/proc/kmsg", "/dev/mem", "/dev/kmsg", "/dev/vda", "/dev/sda", "/etc/shadow", "/var/run/docker.sock"):
    door(f"read {path}", reads(path))
door("packets", lambda: socket.socket(17, socket.SOCK_RAW, 0))
door("raw sockets", lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1))
door("the world", reaches(socket.AF_INET, ("192.0.2.1", 9)))
door("the world by IPv6", reaches(socket.AF_INET6, ("2001:db8::1", 9)))
door("cloud metadata", reaches(socket.AF_INET, ("169.254.169.254", 80)))
door("host name", lambda: libc.sethostname(b"x", 1) == 0)
door("the clock", lambda: time.clock_settime(time.CLOCK_REALTIME, time.time()) is None)
door("priority", lambda: os.setpriority(os.PRIO_PROCESS, 0, -5) is None)
door("real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)) is None)
door("limit on descriptors", lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (1 << 20, 1 << 20)) is None)
door("kernel log", lambda: libc.klogctl(3, ctypes.create_string_buffer(64), 64) >= 0)
door("swap", call("swapoff", b"/x"))
door("io ports", call("iopl", 3))
door("the first process dies", lambda: os.kill(1, 9) is None and not os.path.exists("/proc/1"))
descriptors = set(os.listdir("/proc/self/fd")) - {"0", "1", "2"}
descriptors = {number for number in descriptors if os.path.exists("/proc/self/fd/" + number)}
if descriptors:
    opened.append(f"descriptors {descriptors}")
print("\n".join(opened) or "nothing")
