# A million writes of one byte, to both streams and from many processes: each is work for the supervisor, which has
# to look at the clock in between.
# hole: Crater, issue 138: the timer shared a loop with the reading of output, and a flood starved it
# stopped by: wall clock, output
# request: {"limits": {"wall_ms": 600, "cpu_ms": 8000}}
# expect: {"status": "time_limit", "limit": "wall_ms", "usage": {"wall_ms": {"most": 2000}}}
# takes_at_most_ms: 4000
import os
for i in range(3):
    os.fork()
while True:
    os.write(2, b".")
    os.write(1, b"\n")
