# Threads that are there when the program ends, asleep.
# ends: {"stdout": "main\n"}
import threading
import time


def f():
    try:
        started.set()
        time.sleep(60)
    finally:
        print("never")


started = threading.Event()
threading.Thread(target=f, daemon=True).start()
started.wait()
print("main")
