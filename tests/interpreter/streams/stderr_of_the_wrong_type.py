# A write of bytes to a stream of text.
# ends: {"exit_code": 1, "stderr": {"has": "TypeError"}}
# differs: standard error's write is ours, and shows in a traceback that goes through it
# expect: {"exit_code": 1, "stdout": "", "stderr": {"has": ["File \"/work/main.py\", line 7, in <module>", "in ordered", "TypeError: write() argument must be str, not bytes"]}}
import sys

sys.stderr.write(b"bytes")
