# Processes that do nothing but wait for the host's disks, where no signal gets: the end must not have to wait for that.
# stopped by: filter, wall clock
# request: {"limits": {"wall_ms": 400}}
# expect: {"status": "time_limit", "limit": "wall_ms", "stdout": "on\n", "stderr": "", "usage": {"wall_ms": {"most": 2500}}}
# takes_at_most_ms: 4000
import os
print("on", flush=True)
for i in range(4):
    os.fork()
while True:
    os.sync()
