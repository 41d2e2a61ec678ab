# A pool of threads that nobody shuts down: its work is finished all the same.
# ends: {"stdout": "main\nwork 0\nwork 1\nwork 2\nhandler\n"}
import atexit
import concurrent.futures
import threading

atexit.register(print, "handler")
go = threading.Event()


def work(number):
    go.wait()
    print("work", number)


pool = concurrent.futures.ThreadPoolExecutor(1)
for number in range(3):
    pool.submit(work, number)
print("main")
go.set()
