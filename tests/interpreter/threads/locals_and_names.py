# What belongs to a thread, names and numbers.
import contextvars
import threading

local = threading.local()
local.x = 1
variable = contextvars.ContextVar("v", default=0)
variable.set(5)


def f():
    print(hasattr(local, "x"), variable.get(), threading.current_thread().name, threading.current_thread() is threading.main_thread(), threading.active_count())


for _ in range(2):
    thread = threading.Thread(target=f)
    thread.start()
    thread.join()
contextvars.copy_context().run(f)
print(threading.active_count(), threading._dangling is not None)
