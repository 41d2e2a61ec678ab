# Input where there is none.
# ends: {"exit_code": 1, "stdout": "read ''\nprompt> ", "stderr": {"has": "EOFError: EOF when reading a line"}}
import sys

print("read", repr(sys.stdin.read()))
input("prompt> ")
