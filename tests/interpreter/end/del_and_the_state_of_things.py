# What the interpreter says of itself while the last objects go.
import atexit
import sys
import threading

real_sys, real_threading = sys, threading


def state(where, sys=sys, threading=threading):
    print(where, sys.is_finalizing(), sys.path is None, sys.meta_path is None, sys.argv, len(sys.modules) > 0 if sys.modules is not None else None)
    print(threading.active_count(), threading.main_thread().is_alive(), sys.stdout is sys.__stdout__)


class C:
    def __del__(self, state=state):
        state("del")


atexit.register(state, "handler")
kept = C()
state("main")
