# Input of the program's own.
# ends: {"stdout": "prompt> one\ntwo\nprompt\n3\n"}
import io
import sys

sys.stdin = io.StringIO("one\ntwo\n3")
print(input("prompt> "))
print(input())
print("prompt")
print(int(input()))
