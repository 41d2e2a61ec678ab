# A chain of vforks: each parent waits in the kernel, where no signal but SIGKILL gets, for a child that never ends.
# stopped by: cgroup, rlimits, wall clock
# request: {"limits": {"wall_ms": 400, "processes": 20}}
# expect: {"status": "time_limit", "limit": "wall_ms", "stdout": "refused: 11\n", "stderr": "", "usage": {"processes_peak": {"most": 28}}}
# takes_at_most_ms: 4000
import ctypes, os, time
libc = ctypes.CDLL(None, use_errno=True)
for i in range(200):
    if libc.vfork() < 0:
        os.write(1, b"refused: %d\n" % ctypes.get_errno())
        time.sleep(60)
os.write(1, b"never refused\n")
