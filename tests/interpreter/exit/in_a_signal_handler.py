# An exit in the midst of a wait.
# ends: {"exit_code": 4, "stdout": "alarm\nfinally\n"}
import signal
import sys
import time


def handler(number, frame):
    print("alarm")
    sys.exit(4)


signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
try:
    time.sleep(30)
finally:
    print("finally")
