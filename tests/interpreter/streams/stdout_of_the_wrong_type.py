# The same for standard output.
# ends: {"exit_code": 1, "stderr": {"has": "TypeError: write() argument must be str, not bytes"}}
import sys

sys.stdout.write(b"bytes")
