# Threads that fail, by themselves and with a hook.
# ends: {"exit_code": 0, "stdout": "hook KeyError Thread-2\nend\n", "stderr": {"has": ["Exception in thread Thread-1", "ValueError: x", "line 7, in f"]}}
import threading


def f():
    raise ValueError("x")


thread = threading.Thread(target=f)
thread.start()
thread.join()


def g():
    raise KeyError("y")


threading.excepthook = lambda args: print("hook", args.exc_type.__name__, args.thread.name.split(" ")[0])
thread = threading.Thread(target=g)
thread.start()
thread.join()
print("end")
