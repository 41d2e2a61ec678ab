# Writes to what is closed.
# ends: {"exit_code": 1, "stdout": "before\n", "stderr": {"has": "ValueError: I/O operation on closed file."}}
import sys

print("before")
sys.stdout.close()
print("after")
