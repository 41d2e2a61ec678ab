# Exits and failures in what is called at the end.
# ends: {"exit_code": {"any": [0, 1, 3, 7]}, "stdout": {"has": "one\n"}, "stderr": {}}
# each: ["sys.exit(7)", "raise SystemExit", "1 / 0", "os._exit(7)", "raise KeyboardInterrupt", "exit('text')"]
import atexit
import os
import sys


def f():
    print("two", flush=True)
    EACH


atexit.register(print, "three")
atexit.register(f)
atexit.register(print, "one")
print("zero")
