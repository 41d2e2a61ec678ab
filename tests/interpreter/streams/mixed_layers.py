# Text, bytes and plain writes on one descriptor.
import os
import sys

print("text")
sys.stdout.flush()
sys.stdout.buffer.write(b"bytes\n")
sys.stdout.write("more text\n")
sys.stdout.buffer.write(b"bytes before the text\n")
os.write(1, b"plain\n")
sys.stdout.buffer.raw.write(b"raw\n")
print("flushed", flush=True)
with open(1, "w", closefd=False) as file:
    file.write("another file\n")
os.write(os.dup(1), b"copy\n")
print("end", end="")
