"""The end of a program without the end of its interpreter.

CPython's finalisation takes apart every module there is, which for a fork of a prepared interpreter
means to copy all of it and throw it away. A program can see only a part of that: its streams are
flushed, garbage is collected, and its own modules lose what they hold, so that objects with `__del__`,
open files and suspended generators end in order. That part is done here, step by step as in
`Py_FinalizeEx` and `finalize_modules` (CPython, Python/pylifecycle.c), behind all exit handlers."""
import gc
import os
import sys
from _weakref import ref

# finalize_modules_delete_special()
SPECIAL = """path argv ps1 ps2 last_exc last_type last_value last_traceback path_hooks
    path_importer_cache meta_path""".split()
FILES = "stdin stdout stderr".split()


def finish(kept):
    """Everything but the modules named in `kept` comes to its end; answers whether all went well."""
    if len(sys._current_frames()) > 1 or "PYTHONINSPECT" in os.environ:
        return False  # threads go on while the interpreter ends; how, is its business
    if not flush():
        return False
    if gc.isenabled():
        gc.collect()
    modules = sys.modules
    own = [name for name in modules if name == "__main__" or name not in kept]
    for name in SPECIAL:
        if hasattr(sys, name):
            setattr(sys, name, None)
    for name in FILES:
        setattr(sys, name, getattr(sys, "__%s__" % name, None))
    left = []
    for name in own:
        if isinstance(modules[name], type(sys)):
            left.append(ref(modules[name]))
        modules[name] = None
    gc.collect()
    for module in reversed(left):
        clear(module)
    gc.collect()
    return flush()


def flush():
    for name in FILES[1:]:
        file = getattr(sys, name, None)
        try:
            if file is not None and not file.closed:
                file.flush()
        except BaseException:
            return False
    return True


def clear(module):
    """_PyModule_Clear()"""
    module = module()
    if module is None:
        return
    names = module.__dict__
    for name in list(names):
        if name[:1] == "_" and name[1:2] != "_":
            names[name] = None
    for name in list(names):
        if name != "__builtins__":
            names[name] = None
