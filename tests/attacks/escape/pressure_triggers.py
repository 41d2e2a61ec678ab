# Makes the kernel watch the whole machine for it: whoever writes to a file of /proc/pressure gets a trigger, for
# which the kernel measures again and again, and the figures themselves tell of everybody's load.
# hole: our own find: the triggers stood open in every sandbox
# stopped by: proc
# expect: {"status": "ok", "stdout": "nothing\n", "stderr": ""}
import os

for name in ("cpu", "memory", "io", "irq"):
    path = "/proc/pressure/" + name
    for trigger in (b"some 150000 2000000\0", b"full 150000 2000000\0", b"some 150000 1000000\0"):
        try:
            file = os.open(path, os.O_RDWR | os.O_NONBLOCK)
        except OSError:
            continue
        try:
            os.write(file, trigger)
            print("the kernel watches", path)
        except OSError:
            pass
        os.close(file)
    try:
        if "avg10" in open(path).read():
            print("read", path)
    except OSError:
        pass
print("nothing")
