# A fork bomb that becomes another program each time, in a session of its own: no list of processes stays true.
# hole: Piston, c7efa53: clean-up ran beside a fork bomb that used up the CPU, and lost
# stopped by: cgroup, rlimits, wall clock
# request: {"limits": {"wall_ms": 700, "processes": 20}}
# expect: {"status": "time_limit", "limit": "wall_ms", "stdout": "", "stderr": "", "usage": {"processes_peak": {"most": 28}}}
# takes_at_most_ms: 4000
import os, sys
while True:
    try:
        if os.fork() == 0:
            os.setsid()
            os.execv(sys.executable, [sys.executable, "-S", "/work/main.py"])
    except OSError:
        pass
