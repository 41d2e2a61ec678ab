# A fork of a program with two threads: a warning, with the pid in it.
# ends: {"stderr": ""}
import os
import threading
import warnings

stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    pid = os.fork()
    if pid == 0:
        os._exit(0)
print([(w.category.__name__, str(w.message).replace(str(os.getpid()), "PID"), w.lineno, w.filename) for w in caught])
os.waitpid(pid, 0)
stop.set()
