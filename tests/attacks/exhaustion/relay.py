# Hands its work from child to child, each of which ends after a few hundredths of a second and is waited for by nobody.
# stopped by: meter
# request: {"limits": {"cpu_ms": 300, "wall_ms": 4000}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 600}}}
# takes_at_most_ms: 4000
import os, signal, time
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
print("on", flush=True)
if os.fork() == 0:
    while True:
        start = time.process_time()
        while time.process_time() - start < 0.04:
            pass
        if os.fork():
            os._exit(0)
time.sleep(60)
