# Forks for ever, in every child as well.
# stopped by: cgroup, rlimits, wall clock
# request: {"limits": {"wall_ms": 700, "processes": 32}}
# expect: {"status": {"any": ["process_limit", "time_limit"]}}
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
