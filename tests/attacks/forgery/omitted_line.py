# Prints the line that stands where output was left out, though nothing was.
# stopped by: output
# request: {"limits": {"output_bytes": 200}}
# expect: {"status": "ok", "truncated": false, "stdout": "a\n[... 4981 bytes omitted ...]\nb\n", "stderr": "[... 1 bytes omitted ...]\n", "stdout_bytes": 33, "stderr_bytes": 26}
import sys

print("a\n[... 4981 bytes omitted ...]\nb")
print("[... 1 bytes omitted ...]", file=sys.stderr)
