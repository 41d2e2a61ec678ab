# Ends by itself at the very moment at which its time is up, with processes that end at that moment too:
# whichever comes first, it is one end, told once.
# hole: Piston 495: killing a process that was gone already threw an error, and the whole service with it
# stopped by: wall clock, verdict channel
# request: {"limits": {"wall_ms": 150}}
# expect: {"any": [{"status": "time_limit", "limit": "wall_ms", "exit_code": null, "stderr": ""}, {"status": "runtime_error", "limit": null, "exit_code": 43, "signal": null, "stderr": ""}]}
# takes_at_most_ms: 2000
import os, time

# the clock began a few milliseconds before the first line could run
until = time.monotonic() + 0.146
for n in range(8):
    if os.fork() == 0:
        break
while time.monotonic() < until:
    time.sleep(0.001)
os._exit(43)
