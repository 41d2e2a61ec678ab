# A hundred megabytes, on both streams, and never a line's end.
# stopped by: output
# expect: {"status": "ok", "truncated": true, "stdout_bytes": 50000000, "stderr_bytes": 50000000}
import os
for i in range(50):
    for stream in (1, 2):
        left = b"x" * 1000000
        while left:
            left = left[os.write(stream, left):]
