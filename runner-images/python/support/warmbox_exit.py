"""Whether a program leaves anything behind that would do something at the end of its interpreter.

CPython's finalisation takes every module apart, which for a fork of a prepared interpreter means to
copy all of it and throw it away. Where nobody could tell the difference it is left out: streams are
flushed, exit handlers have run, and no object is alive that has a finaliser, as instances of classes
with `__del__`, files that are being written and suspended generators have. Anything else is left to
CPython."""
import _io
import _thread
import _warnings
import gc
import os
import sys
from _functools import partial
from _weakref import ref

# More objects than these take longer to look through than they might save.
MOST_OBJECTS = 20_000
# Types whose instances the collector knows (object.h, Py_TPFLAGS_HAVE_GC).
COLLECTED = 1 << 14
# Their finalisers close files, which the kernel does too, and write nothing: where something is written,
# there is an object of another type behind it, or a file that is not open for reading alone.
WRITES_NOTHING = {_io.BytesIO, _io.StringIO, _io.BufferedReader, _io.TextIOWrapper}
# As in `types`, which a program may bring itself.
FunctionType, BuiltinFunctionType, MethodType = map(type, (lambda: None, len, (lambda self: None).__get__(0)))
# What a program may replace, and what is there if it has not.
NAMES = "stdout stderr __stdout__ __stderr__ excepthook unraisablehook".split()
UNTOUCHED = {name: vars(sys)[name] for name in NAMES}


def is_plain(kept, filters):
    """`kept` are the modules of the interpreter itself and of its libraries, `filters` those that they
    set for warnings."""
    if (
        _thread._count()
        or "_ctypes" in sys.modules.keys() - kept  # C code may have exit handlers of its own
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
        if kind is _io.FileIO:
            for each in objects:
                if type(each) is kind and each.mode != "rb":
                    return False
        elif kind in WRITES_NOTHING:
            continue
        elif hasattr(kind, "__del__"):
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
    """Whether it is a library's own and calls nobody else's."""
    if type(callback) is MethodType:
        callback = callback.__func__
    if callback is None or type(callback) is ref:
        return True
    if type(callback) is partial:
        given = [callback.func, *callback.args, *callback.keywords.values()]
        return all(is_harmless(each, kept) for each in given if callable(each))
    if type(callback) is BuiltinFunctionType:
        return callback.__name__ == "_destroy" and type(callback.__self__) is ref  # abc's
    if type(callback) is not FunctionType or callback.__module__ not in kept:
        return False
    held = [cell.cell_contents for cell in callback.__closure__ or ()]
    return all(is_harmless(each, kept) for each in held if callable(each))
