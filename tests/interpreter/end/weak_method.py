# A library's callback that calls the program's.
import weakref


class Thing:
    def method(self):
        pass


def last(_):
    print("the last of a method", flush=True)


thing = Thing()
kept = weakref.WeakMethod(thing.method, last)
print("main")
