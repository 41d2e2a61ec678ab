# An end by abort.
# ends: {"signal": "SIGABRT", "stdout": "flushed\n"}
import os

print("flushed", flush=True)
print("lost")
os.abort()
