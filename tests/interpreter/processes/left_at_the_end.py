# Processes that live when the main code ends: daemons are ended, the others are waited for.
# ends: {"stdout": "main\nhandler\nchild\nhandler of the process\n"}
import atexit
import multiprocessing as mp
import multiprocessing.util
import os
import time

mp.set_start_method("fork")
go = mp.Event()


def child():
    go.wait()
    print("child", flush=True)


mp.Process(target=time.sleep, args=(60,), daemon=True).start()
mp.Process(target=child).start()
multiprocessing.util.Finalize(None, print, ("handler of the process",), exitpriority=-5)
atexit.register(lambda: (print("handler", flush=True), go.set()))
print("main", flush=True)
