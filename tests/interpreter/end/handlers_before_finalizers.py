# The same with finalizers, whose handler is made with the first of them.
# ends: {"stdout": "main\nfinalizer\nhandler\n"}
import atexit

atexit.register(print, "handler")
import weakref


class C:
    pass


kept = C()
weakref.finalize(kept, print, "finalizer")
print("main")
