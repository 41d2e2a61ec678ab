# A crash with a dump of the stack.
# ends: {"signal": "SIGSEGV", "stderr": {"has": ["Fatal Python error: Segmentation fault", "line 9 in f"]}}
# as it is
import ctypes
import faulthandler


def f():
    ctypes.string_at(8)


faulthandler.enable()
f()
