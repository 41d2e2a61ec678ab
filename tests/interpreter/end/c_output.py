# Output of the C library, which flushes at its own end.
import ctypes
import sys

libc = ctypes.CDLL(None)
libc.printf(b"printf %d\n", 1)
print("print")
libc.puts(b"puts")
sys.stdout.flush()
libc.printf(b"no line end")
