# Closes its streams, which is not an end, and leaves threads and exit handlers to wait for.
# hole: Moby, issue 33039: who waits for the end of the streams instead of the process takes the one for the other
# stopped by: wall clock
# request: {"limits": {"wall_ms": 400}}
# expect: {"status": "time_limit", "limit": "wall_ms", "exit_code": null, "stdout": "on\n", "stderr": "", "usage": {"wall_ms": {"most": 1400}}}
# takes_at_most_ms: 4000
import atexit, os, sys, threading, time
print("on", flush=True)
for stream in (0, 1, 2):
    os.close(stream)
atexit.register(time.sleep, 60)
threading.Thread(target=time.sleep, args=(60,)).start()
sys.exit(3)
