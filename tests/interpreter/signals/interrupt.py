# An interrupt that nobody handles: a traceback, then the end by the signal itself.
# ends: {"signal": "SIGINT", "stdout": "before\nfinally\nhandler\n", "stderr": {"has": "KeyboardInterrupt"}}
import atexit
import os
import signal

atexit.register(print, "handler")
print("before")
try:
    os.kill(os.getpid(), signal.SIGINT)
    import time

    time.sleep(30)
finally:
    print("finally")
