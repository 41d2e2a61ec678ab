# Writes more into a file than it may, and does not handle the signal that says so.
# stopped by: rlimits
# request: {"limits": {"file_size_bytes": 1000000}}
# expect: {"status": "disk_limit", "limit": "file_size_bytes", "exit_code": null, "stdout": "999999\n", "stderr": ""}
import os, signal
signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
f = os.open("/tmp/large", os.O_CREAT | os.O_RDWR)
print(os.pwrite(f, b"x" * 999999, 0), flush=True)
print(os.pwrite(f, b"x" * 999999, 999999), os.pwrite(f, b"x", 1 << 30))
