# Input that is read anew with another encoding.
# request: {"stdin": "é\n"}
import sys

sys.stdin.reconfigure(encoding="latin-1", newline="")
print(repr(sys.stdin.readline()), sys.stdin.encoding)
