# Events that the interpreter tells of while it ends.
# differs: whether anything is left that could tell the difference is asked of the collector, which tells of it
# expect: {"exit_code": 0, "stdout": "main\ngc.get_objects\n"}
import os
import sys


def hook(event, arguments, write=os.write):
    if ended and event.startswith(("cpython", "sys", "gc", "atexit", "import", "exec", "os", "ctypes")):
        write(1, (event + "\n").encode())


ended = []
sys.addaudithook(hook)
print("main", flush=True)
ended.append(1)
