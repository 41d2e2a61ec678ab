# Makes a terminal, whose numbers and contents all on one machine would share, and looks for those of others.
# hole: CVE-2016-9016 (Firejail), CVE-2017-5226 (bubblewrap): input was pushed into the terminal of the caller
# stopped by: outer root, filter
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, fcntl, os, stat, termios, time

found = []
for make in (os.openpty, os.forkpty):
    try:
        found.append(f"made one: {make()}")
    except OSError as e:
        if e.errno not in (errno.ENOENT, errno.EPERM, errno.ENODEV):
            found.append(str(e))
for major, minor in ((5, 0), (5, 2), (4, 0), (136, 0), (5, 1), (1, 11)):
    try:
        os.mknod(f"/tmp/t{major}.{minor}", 0o666 | stat.S_IFCHR, os.makedev(major, minor))
        found.append(f"made device {major} {minor}")
    except PermissionError:
        pass
for path in ("/dev/ptmx", "/dev/pts/ptmx", "/dev/pts/0", "/dev/pts/1", "/dev/tty", "/dev/console"):
    try:
        os.open(path, os.O_RDWR | os.O_NOCTTY)
        found.append(path)
    except FileNotFoundError:
        pass
for fd in range(3):
    if os.isatty(fd):
        found.append(f"{fd} is a terminal")
    for call, value in ((termios.TIOCSTI, b"x"), (0x541C, b"\2"), (termios.TIOCSCTTY, 1), (termios.TIOCCONS, 0), (0x5441, os.O_RDWR)):
        try:
            fcntl.ioctl(fd, call, value)
            found.append(f"call {call:x} on {fd}")
        except OSError as e:
            if e.errno != errno.EPERM:
                found.append(f"call {call:x} on {fd}: {e}")
time.sleep(0.1)
try:
    os.close(os.open("/proc/self/fd/0", os.O_RDONLY | os.O_NOCTTY))
    os.tcgetpgrp(0)
    found.append("has a terminal's group")
except OSError as e:
    if e.errno != errno.ENOTTY:
        found.append(str(e))
print("\n".join(found) or "nothing")
