# As much input as a program gets in one go, as text, as numbers, in one line.
# request: {"stdin": "1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 1234567 \n"}
# each: ["len(sys.stdin.read())", "sum(1 for line in sys.stdin)", "sum(map(int, sys.stdin.buffer.read().split()))", "len(input())", "len(sys.stdin.readlines()[-1])"]
import sys

print(EACH)
print(repr(sys.stdin.read(1)))
