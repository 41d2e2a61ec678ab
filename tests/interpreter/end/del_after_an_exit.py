# The same at an exit.
# ends: {"exit_code": 3, "stdout": "del local\ndel global\n"}
import sys


class C:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def f():
    local = C("local")
    sys.exit(3)


named = C("global")
f()
