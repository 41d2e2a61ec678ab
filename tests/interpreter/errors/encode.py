# Text that cannot be written.
# ends: {"exit_code": 1, "stdout": "before\na�b\n", "stderr": {"has": "UnicodeEncodeError: 'utf-8' codec can't encode character '\\ud800'"}}
import sys

print("before")
print("\udc80", file=sys.stderr)
print("a\udc80b")
print("a\ud800b")
