# Callbacks of weak references and finalizers at the end.
import atexit
import weakref


class C:
    pass


atexit.register(print, "handler")
a, b, c = C(), C(), C()
kept = weakref.ref(a, lambda r: print("weak"))
weakref.finalize(b, print, "finalized at exit")
weakref.finalize(c, print, "never").atexit = False
gone = weakref.finalize(C(), print, "finalized at once")
second = weakref.finalize(b, print, "finalized first")
atexit.register(print, "later handler")
print("main", gone.alive, second.alive)
