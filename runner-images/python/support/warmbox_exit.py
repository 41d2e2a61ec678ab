"""Whether a program leaves anything behind that would do something at the end of its interpreter.

CPython's finalisation takes every module apart, which for a fork of a prepared interpreter means to
copy all of it and throw it away. Where nobody could tell the difference it is left out: streams are
flushed, exit handlers have run, and no object is alive that has a finaliser, as instances of classes
with `__del__`, open files and suspended generators have. Anything else is left to CPython."""
import _thread
import _warnings
import gc
import os
import sys
from _weakref import ref

# More objects than these take longer to look through than they might save.
MOST_OBJECTS = 20_000
# Types whose instances the collector knows (object.h, Py_TPFLAGS_HAVE_GC).
COLLECTED = 1 << 14
# What a program may replace, and what is there if it has not.
NAMES = "stdout stderr __stdout__ __stderr__ excepthook unraisablehook".split()
UNTOUCHED = {name: vars(sys)[name] for name in NAMES}


def is_plain(kept, filters):
    """`kept` are the modules of the interpreter itself and of its libraries, `filters` those that they
    set for warnings."""
    if (
        _thread._count()
        or "_ctypes" in sys.modules  # C code of the program's may have exit handlers of its own
        or "PYTHONINSPECT" in os.environ
        or any(vars(sys).get(name) is not now for name, now in UNTOUCHED.items())
        or _warnings.filters != filters
        or not is_nothing_left(kept)
    ):
        return False
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        return False  # CPython tells of it
    return True


def is_nothing_left(kept):
    # The prepared interpreter's own are frozen and not among them.
    objects = gc.get_objects()
    if len(objects) > MOST_OBJECTS:
        return False
    for kind in set(map(type, objects)):
        if hasattr(kind, "__del__"):
            return False
        if issubclass(kind, type):
            for each in objects:
                if type(each) is kind and hasattr(each, "__del__") and not each.__flags__ & COLLECTED:
                    return False
        elif issubclass(kind, ref):
            for each in objects:
                if type(each) is kind and not is_harmless(each.__callback__, kept):
                    return False
    return True


def is_harmless(callback, kept):
    return callback is None or getattr(callback, "__module__", None) in kept
