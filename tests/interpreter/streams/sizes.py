# Output around the sizes of buffers.
import os
import sys

for size in (0, 1, 8191, 8192, 8193, 16384, 65535, 65536, 65537):
    sys.stdout.write("x" * size)
    sys.stdout.write("\n")
    os.write(1, b"|")
print(sys.stdout.write("é" * 5000), sys.stdout.buffer.write(b"y" * 9000))
for number in range(3000):
    print(number, end=" ")
