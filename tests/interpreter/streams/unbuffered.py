# Streams of the program's own over the same descriptors.
import io
import os
import sys

sys.stdout = io.TextIOWrapper(os.fdopen(1, "wb", 0, closefd=False), write_through=True)
print("through", end="")
os.write(1, b"|")
sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
print("line")
os.write(1, b"|")
sys.stdout = sys.__stdout__
print("plain")
os.write(1, b"|\n")
