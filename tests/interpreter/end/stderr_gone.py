# The same of standard error.
# differs with libraries: they are imported already, with their handlers for the end, and with logging
# ends: {"exit_code": {"any": [0, 1, 120]}, "stderr": {}}
# each: ["sys.stderr.close()", "sys.stderr = io.StringIO()", "del sys.stderr", "sys.stderr = None", "os.close(2)", "os.dup2(os.open('/dev/full', os.O_WRONLY), 2)", "sys.stderr.detach()", "sys.stderr.buffer.close()", "sys.stderr.flush = lambda: 1 / 0", "sys.stderr = sys.stdout"]
import io, os, sys

print("before")
EACH
print("after", file=sys.stderr)
raise SystemExit("text")
