# Reads the kernel's log, in which hosts leave addresses, device names and other programs' crashes: by system call, by
# device and by /proc, and writes to it.
# stopped by: filter, outer root, proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import ctypes, errno, os

libc = ctypes.CDLL(None, use_errno=True)
buffer = ctypes.create_string_buffer(4096)
found = []
for action in range(11):  # 2 reads, 3 reads all, 4 reads and clears, 5 clears, 10 tells the size
    result = libc.klogctl(action, buffer, 4096)
    if result >= 0 or ctypes.get_errno() != errno.EPERM:
        found.append(f"klogctl {action}: {result} {os.strerror(ctypes.get_errno())} {buffer.raw[:60]}")
for path in ("/dev/kmsg", "/proc/kmsg", "/dev/log", "/run/systemd/journal/dev-log", "/dev/console", "/dev/tty0", "/dev/ttyS0", "/dev/hvc0", "/dev/pmsg0"):
    for flags in (os.O_RDONLY, os.O_WRONLY):
        try:
            fd = os.open(path, flags | os.O_NONBLOCK)
            data = os.read(fd, 4096) if flags == os.O_RDONLY else b"opened"
            if data and (flags == os.O_RDONLY or os.fstat(fd).st_rdev != os.stat("/dev/null").st_rdev):
                found.append(f"{path}: {data[:60]}")
        except OSError as e:
            if e.errno not in (errno.ENOENT, errno.EACCES, errno.EPERM, errno.EROFS):
                found.append(f"{path}: {e}")
for folder in ("/var/log", "/run/log", "/sys/fs/pstore", "/var/crash"):
    if os.path.exists(folder) and os.listdir(folder):
        found.append(folder)
print("\n".join(found) or "nothing")
