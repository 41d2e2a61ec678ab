# Threads without end, each with a stack of its own. The refusal comes at the limit, and no sooner.
# stopped by: cgroup, rlimits
# request: {"limits": {"processes": 40, "wall_ms": 3000}}
# expect: {"status": "ok", "limit": null, "stdout": "refused\n", "stderr": "", "usage": {"processes_peak": {"most": 48}}}
import os, threading, time
made = 0
try:
    while made < 400:
        threading.Thread(target=time.sleep, args=(60,)).start()
        made += 1
    os.write(1, b"no limit\n")
except RuntimeError:
    os.write(1, b"refused\n" if 30 <= made <= 48 else b"%d of 40\n" % made)
os._exit(0)
