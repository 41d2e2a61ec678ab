# Sleeps while a grandchild in a session of its own computes, for which nobody waits.
# stopped by: meter
# request: {"limits": {"cpu_ms": 200, "wall_ms": 5000}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 400}}}
# takes_at_most_ms: 4000
import os, time
print("on", flush=True)
if os.fork() == 0:
    os.setsid()
    if os.fork():
        os._exit(0)
    while True:
        pass
time.sleep(60)
