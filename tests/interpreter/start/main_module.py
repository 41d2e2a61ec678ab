# What the main module knows about itself.
import sys

print(sorted(globals()))
print(__name__, __file__, __spec__, __package__, __doc__, __annotations__ if "__annotations__" in globals() else "no annotations")
print(type(__loader__).__name__, __loader__.name, __loader__.path, __loader__.get_source("__main__")[:6])
import builtins

print(__builtins__ is builtins, sys.modules["__main__"].__dict__ is globals())
print(repr(sys.modules["__main__"]))
