# A main module that has become something else.
# ends: {"stdout": "main\nget nothing\ndel\n"}
import sys
import types


class Mine(types.ModuleType):
    def __getattr__(self, name):
        if not name.startswith("__"):
            print("get", name)
            return 1

    def __del__(self):
        print("del")


print("main")
sys.modules["__main__"].__class__ = Mine
sys.modules["__main__"].nothing
