# Turns the kernel's knobs: opens every file below /proc/sys for writing, every other file of /proc that is not
# of its own processes, and those of the first process, of which the kernel opens some to all.
# stopped by: proc, identities, no privileges
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import errno, os

REFUSED = (errno.EROFS, errno.EACCES, errno.EPERM, errno.ENOENT, errno.EIO, errno.ENXIO, errno.EISDIR)
masked = os.stat("/dev/null")
knobs = 0
for folder, folders, files in os.walk("/proc"):
    if folder == "/proc":  # pressure_triggers.py has the last of these
        folders[:] = [name for name in folders if not (name.isdigit() and name != "1") and name not in ("self", "thread-self", "pressure")]
    for name in files:
        path = os.path.join(folder, name)
        knobs += folder.startswith("/proc/sys")
        for mode in (os.O_WRONLY, os.O_RDWR):
            try:
                file = os.open(path, mode | os.O_NONBLOCK)
            except OSError as error:
                if error.errno not in REFUSED:
                    print(path, error)
                continue
            if os.path.samestat(os.fstat(file), masked):
                pass
            elif not path.startswith("/proc/1/"):
                print("opened", path)
            else:
                try:
                    os.write(file, b"0")
                    print("wrote", path)
                except OSError:
                    pass
            os.close(file)
if knobs < 50:
    print("only", knobs, "files of /proc/sys were tried")
for name, change in {
    "mode": lambda: os.chmod("/proc/sys/kernel/hostname", 0o666),
    "owner": lambda: os.chown("/proc/sys/kernel/hostname", 1000, 1000),
    "folder": lambda: os.mkdir("/proc/sys/x"),
    "name": lambda: os.rename("/proc/sys", "/proc/x"),
    "link": lambda: os.symlink("x", "/proc/x"),
    "own folder": lambda: os.mkdir("/proc/self/x"),
}.items():
    try:
        change()
        print("changed a", name)
    except OSError as error:
        if error.errno not in REFUSED + (errno.EBUSY,):
            print(name, error)
print("nothing")
