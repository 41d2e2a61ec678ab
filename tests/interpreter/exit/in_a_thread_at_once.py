# A thread that ends the process.
# ends: {"exit_code": 8, "stdout": "thread\n"}
import os
import threading
import time


def f():
    print("thread", flush=True)
    os._exit(8)


threading.Thread(target=f).start()
time.sleep(30)
