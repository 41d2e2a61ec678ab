# A thread that goes on after the main code has ended, before anything else is.
# ends: {"stdout": "main\nthread False True\nhandler\n"}
import atexit
import threading

atexit.register(print, "handler")
go = threading.Event()


def f():
    go.wait()
    threading.main_thread().join()
    print("thread", threading.main_thread().is_alive(), threading.current_thread().is_alive())


threading.Thread(target=f).start()
print("main")
go.set()
