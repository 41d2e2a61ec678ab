# A thread that waits for a lock which goes with the program.
# ends: {"stdout": "main\n"}
import threading

lock = threading.Lock()
lock.acquire()
started = threading.Event()


def f():
    started.set()
    with lock:
        print("never")


threading.Thread(target=f, daemon=True).start()
started.wait()
print("main")
