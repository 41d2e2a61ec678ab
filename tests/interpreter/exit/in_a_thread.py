# An exit of a thread is the thread's alone.
# ends: {"exit_code": 0, "stdout": "thread\nmain\n"}
import sys
import threading


def f():
    print("thread")
    sys.exit(5)


thread = threading.Thread(target=f)
thread.start()
thread.join()
print("main")
