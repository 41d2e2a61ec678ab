# Output that is not flushed when the descriptor comes to lead elsewhere, with a message in between.
# ends: {"stderr": "message\n"}
# differs: a message on standard error flushes standard output, so that they can be told in their order
# expect: {"exit_code": 0, "stdout": "before\n'after\\n'\n", "stderr": "message\n"}
import os
import sys

print("before")
print("message", file=sys.stderr)
saved = os.dup(1)
os.dup2(os.open("file", os.O_WRONLY | os.O_CREAT), 1)
print("after")
sys.stdout.flush()
os.dup2(saved, 1)
print(repr(open("file").read()))
