# A thread that only the lowest module knows.
# ends: {"stdout": "main\n"}
import _thread
import time

lock = _thread.allocate_lock()
lock.acquire()


def f():
    lock.release()
    time.sleep(60)
    print("never")


_thread.start_new_thread(f, ())
lock.acquire()
print("main")
