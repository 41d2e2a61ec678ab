# The same with `multiprocessing`, whose handler ends its processes.
# ends: {"stdout": "main\nfinalizer\nhandler\n"}
import atexit

atexit.register(print, "handler")
import multiprocessing.util

multiprocessing.util.Finalize(None, print, ("finalizer",), exitpriority=1)
print("main")
