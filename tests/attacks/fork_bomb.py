# Forks for ever, in every child as well.
# request: {"limits": {"wall_ms": 1500}}
# expect: {"status": {"any": ["process_limit", "time_limit"]}}
import os
while True:
    try:
        os.fork()
    except OSError:
        pass
