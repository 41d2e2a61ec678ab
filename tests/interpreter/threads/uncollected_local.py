# What a thread keeps for itself goes with it; what the main thread keeps goes last.
# ends: {"stdout": {"has": "main\n"}}
import threading

local = threading.local()


class C:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def f():
    local.x = C("thread's")


thread = threading.Thread(target=f)
thread.start()
thread.join()
local.x = C("main's")
print("main")
