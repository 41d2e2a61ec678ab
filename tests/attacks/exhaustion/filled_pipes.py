# Pipes, made as large as they get and filled, in many processes: memory of the kernel's that no process is seen to have.
# stopped by: rlimits, cgroup
# request: {"limits": {"processes": 20}}
# expect: {"status": {"any": ["ok", "memory_limit"]}, "stdout": {"any": ["bounded\n", ""]}, "stderr": ""}
import fcntl, os, time
F_SETPIPE_SZ = 1031
counted, count = os.pipe()
for i in range(12):
    if os.fork() == 0:
        filled = 0
        try:
            while True:
                r, w = os.pipe()
                for size in (1 << 20, 1 << 16):
                    try:
                        fcntl.fcntl(w, F_SETPIPE_SZ, size)
                        break
                    except OSError:
                        pass
                os.set_blocking(w, False)
                try:
                    while True:
                        filled += os.write(w, bytes(1 << 16))
                except BlockingIOError:
                    pass
        except OSError:
            os.write(count, b"%12d" % filled)
            time.sleep(60)
total = sum(int(os.read(counted, 12)) for i in range(12))
# 64 MiB is what the kernel lets one uid have, and two pages of each pipe beyond that
print("bounded" if total < 100 << 20 else f"{total >> 20} MiB")
