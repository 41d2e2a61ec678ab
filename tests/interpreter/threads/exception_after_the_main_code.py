# A thread that fails when the main code is over: the exit code does not know.
# ends: {"exit_code": 0, "stderr": {"has": "ValueError: late"}}
import threading


def f():
    threading.main_thread().join()
    raise ValueError("late")


threading.Thread(target=f, name="late").start()
