# Events that the interpreter tells of while it ends.
import os
import sys


def hook(event, arguments, write=os.write):
    if ended and event.startswith(("cpython", "sys", "gc", "atexit", "import", "exec", "os", "ctypes")):
        write(1, (event + "\n").encode())


ended = []
sys.addaudithook(hook)
print("main", flush=True)
ended.append(1)
