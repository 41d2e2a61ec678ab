# Stops itself and its group, deaf to what could be blocked.
# hole: Piston, issue 196: a program stopped its process group, and with it the supervisor; no time limit ended it
# stopped by: wall clock
# request: {"limits": {"wall_ms": 500}}
# expect: {"status": "time_limit", "limit": "wall_ms"}
import os, signal
for number in range(1, 65):
    try:
        signal.signal(number, signal.SIG_IGN)
    except (OSError, ValueError):
        pass
os.killpg(0, signal.SIGSTOP)
