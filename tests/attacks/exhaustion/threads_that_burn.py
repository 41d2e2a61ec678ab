# Two threads that need no interpreter's lock: CPU time of both must count, or half of it is free.
# stopped by: meter
# request: {"limits": {"cpu_ms": 300, "wall_ms": 5000}}
# expect: {"status": "time_limit", "limit": "cpu_ms", "stdout": "on\n", "stderr": "", "usage": {"cpu_ms": {"most": 600}}}
# takes_at_most_ms: 4000
import hashlib, threading
print("on", flush=True)
for i in range(3):
    threading.Thread(target=hashlib.pbkdf2_hmac, args=("sha256", b"x", b"y", 1 << 30)).start()
