# An end that nobody hears of: nothing is flushed, nobody is called.
# ends: {"exit_code": 9, "stdout": "flushed\n"}
import atexit
import os

atexit.register(print, "never")
print("flushed", flush=True)
print("lost")
try:
    os._exit(9)
finally:
    print("never")
