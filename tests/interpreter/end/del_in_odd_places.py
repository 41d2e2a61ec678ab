# Objects that are kept in places which go early or late.
# each: ["sys.kept = C()", "import os; os.kept = C()", "import builtins; builtins.kept = C()", "sys.modules['kept'] = C()", "import helper; helper.kept = C()", "def f(x=C()): pass", "def f(): pass\nf.kept = C()", "sys.stdout.kept = C()", "import contextvars; v = contextvars.ContextVar('v'); v.set(C())", "import functools; f = functools.lru_cache(lambda: C()); f()", "import threading; threading.current_thread().kept = C()", "import weakref; c = C(); weak = weakref.ref(c, lambda r: print('gone'))", "import atexit; atexit.register(lambda c: None, C())", "c = C(); closure = lambda: c", "import types; m = types.ModuleType('m'); m.kept = C()", "try:\n    raise ValueError(C())\nexcept ValueError as e:\n    kept = e", "globals()['odd name'] = C()", "import warnings; warnings.kept = C()", "import io; io.kept = C()", "C.kept = C()", "sys.__dict__['__kept__'] = C()", "import __main__; __main__.itself = __main__; kept = C()", "import logging; logging.getLogger('x').kept = C()", "import signal; signal.signal(signal.SIGUSR1, C().__call__)", "import codecs; codecs.register(C().__call__)", "sys.excepthook = C().__call__", "sys.settrace(C().__call__)", "sys.path.append(C())", "sys.argv.append(C())", "import asyncio; loop = asyncio.new_event_loop(); loop.kept = C(); loop.close()"]
import sys


class C:
    def __del__(self):
        print("del")

    def __call__(self, *args):
        return None


EACH
print("main")
# === helper.py ===
import sys
