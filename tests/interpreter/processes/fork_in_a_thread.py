# A fork by a thread that is not the main one: it becomes that in the child.
# ends: {"exit_code": 0}
import os
import threading
import warnings

warnings.simplefilter("ignore")


def f():
    pid = os.fork()
    if pid == 0:
        print(threading.current_thread() is threading.main_thread(), threading.main_thread().name, threading.active_count(), flush=True)
        return
    os.waitpid(pid, 0)
    print("parent's thread", flush=True)


thread = threading.Thread(target=f, name="forks")
thread.start()
thread.join()
print("main", flush=True)
