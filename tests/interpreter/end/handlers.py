# What is called at the end: order, arguments, names that are taken back, handlers of handlers.
import atexit
import functools


@atexit.register
def first():
    print("first")
    atexit.register(print, "registered at the end")


@atexit.register
def second():
    print("second", kept)


def removed():
    print("never")


atexit.register(removed)
atexit.register(print, "with", "arguments", sep="-", end="!\n")
atexit.register(removed)
atexit.unregister(removed)
atexit.register(functools.partial(print, "partial"))
atexit.register(print, "twice")
atexit.register(print, "twice")
kept = "kept"
print("main")
