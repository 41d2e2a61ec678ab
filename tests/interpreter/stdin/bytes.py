# Bytes, by the buffer and by the descriptor.
# request: {"stdin": "abcdef\nghi\n\u0000žx"}
import os
import select
import sys

print(select.select([0], [], [], 10)[0])
print(os.read(0, 2), sys.stdin.buffer.read(2), sys.stdin.buffer.peek()[:1], sys.stdin.buffer.readline(), sys.stdin.buffer.read1(4), sys.stdin.buffer.read())
print(os.read(0, 1), sys.stdin.read(), sys.stdin.buffer.raw.read(1))
