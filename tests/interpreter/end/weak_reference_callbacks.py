# Callbacks that are not the program's own functions: a builtin, a method, and what a library calls for it.
import functools
import weakref


class Thing:
    def __init__(self, name):
        self.name = name

    def gone(self, *_):
        print("gone:", self.name, flush=True)

    def method(self):
        pass


def last(_):
    print("the last of a method", flush=True)


a, b, c, d, e = (Thing(name) for name in "abcde")
by_builtin = weakref.ref(a, print)
by_method = weakref.ref(b, d.gone)
by_partial = weakref.ref(c, functools.partial(print, "partial"))
by_library = weakref.WeakMethod(e.method, last)
print("main", len({by_builtin, by_method, by_partial}))
