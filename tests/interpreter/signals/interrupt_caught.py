# An interrupt that is caught, in main code and while threads are waited for.
# ends: {"exit_code": 0, "stdout": "caught\njoined\n"}
import os
import signal
import threading
import time

try:
    signal.raise_signal(signal.SIGINT)
except KeyboardInterrupt:
    print("caught")


def later():
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGINT)


thread = threading.Thread(target=later)
thread.start()
try:
    time.sleep(30)
except KeyboardInterrupt:
    thread.join()
    print("joined")
