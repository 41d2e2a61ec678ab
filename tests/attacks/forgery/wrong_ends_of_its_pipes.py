# Opens its pipes at their other ends: fills its own input while the rest of it still comes, reads its
# own output away, and ends with both open. What it does so is its own loss.
# stopped by: verdict channel
# request: {"stdin": "real\n", "limits": {"wall_ms": 3000}}
# expect: {"status": "runtime_error", "limit": null, "exit_code": 43, "stdout": "kept\n", "stderr": ""}
import os

here = "/proc/self/fd/%d"
first = os.read(0, 100)
feed = os.open(here % 0, os.O_RDWR | os.O_NONBLOCK)
steal = [os.open(here % n, os.O_RDWR | os.O_NONBLOCK) for n in (1, 2)]
os.write(feed, b"forged\n")
if (first, os.read(0, 100)) != (b"real\n", b"forged\n"):
    os.write(2, b"input is not its own\n")
try:
    while True:
        os.write(feed, b"x" * 4096)
except BlockingIOError:
    pass
for n in steal:
    try:
        os.read(n, 100)
    except BlockingIOError:
        pass
os.write(1, b"kept\n")
os._exit(43)
