# The streams carry nothing of anybody's.
# differs: standard error's write is ours: it sees to the order of both streams
# expect: {"exit_code": 0, "stderr": "", "stdout": "stdin ['mode']\nstdout ['mode']\nstderr ['mode', 'write']\n"}
import sys

for name in ("stdin", "stdout", "stderr"):
    print(name, sorted(vars(getattr(sys, name))))
