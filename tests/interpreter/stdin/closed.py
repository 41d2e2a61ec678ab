# Input that the program has closed.
# request: {"stdin": "one\n"}
# ends: {"exit_code": 1, "stderr": {"has": "Error"}}
# each: ["sys.stdin.close()", "sys.stdin = None", "del sys.stdin", "os.close(0)", "sys.stdin = io.StringIO()", "sys.stdin.buffer.detach()"]
import io, os, sys

EACH
print(input())
