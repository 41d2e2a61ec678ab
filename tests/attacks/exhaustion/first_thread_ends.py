# Ends its first thread and goes on in another: the process looks dead in /proc, and its memory is not shown there.
# stopped by: cgroup, meter
# request: {"limits": {"memory_bytes": 67108864, "wall_ms": 2000}}
# expect: {"status": "memory_limit", "limit": "memory_bytes", "stdout": "", "stderr": "", "usage": {"wall_ms": {"most": 1500}}}
import ctypes, os, threading, time


def go_on():
    time.sleep(0.05)
    blocks = []
    for i in range(50):
        blocks.append(b"x" * (4 << 20))
        time.sleep(0.002)
    os.write(1, b"holds %d MiB\n" % (4 * len(blocks)))
    time.sleep(60)


threading.Thread(target=go_on).start()
exit_of_this_thread = {"x86_64": 60, "aarch64": 93}[os.uname().machine]
ctypes.CDLL(None).syscall(exit_of_this_thread, 0)
