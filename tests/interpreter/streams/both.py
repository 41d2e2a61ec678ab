# A conversation of both streams.
# ends: {"stderr": {"has": ["1 err\n", "9 err\n"]}}
import sys

for number in range(10):
    print(number, "out")
    print(number, "err", file=sys.stderr)
sys.stderr.write("no line end")
sys.stderr.buffer.write(b"bytes")
sys.stderr.flush()
