# Where the sandbox's first process has the program's uid, it can be made to stand back behind everybody. The end
# must be noticed all the same, and in time.
# stopped by: identities, namespaces
# request: {"limits": {"wall_ms": 4000}}
# expect: {"status": "ok", "exit_code": 0, "stdout": "done\n", "stderr": "", "usage": {"wall_ms": {"most": 3000}}}
# takes_at_most_ms: 4000
import os, time
for attempt in (lambda: os.setpriority(os.PRIO_PROCESS, 1, 19), lambda: os.sched_setaffinity(1, [0]),
                lambda: os.sched_setscheduler(1, os.SCHED_IDLE, os.sched_param(0))):
    try:
        attempt()
    except OSError:
        pass
for i in range(6):
    if os.fork() == 0:
        os.sched_setaffinity(0, [0])
        while True:
            pass
time.sleep(0.2)
print("done")
