# A handler that sets the default again and repeats the signal.
# ends: {"signal": "SIGTERM", "stdout": "handler\n"}
import os
import signal


def handler(number, frame):
    print("handler", flush=True)
    signal.signal(number, signal.SIG_DFL)
    os.kill(os.getpid(), number)


signal.signal(signal.SIGTERM, handler)
os.kill(os.getpid(), signal.SIGTERM)
print("never", flush=True)
