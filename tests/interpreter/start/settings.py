# The state of the collector, the tracing and the hooks.
import gc
import sys
import threading

print(gc.isenabled(), gc.get_threshold(), gc.get_debug(), gc.callbacks, gc.garbage)
print(sys.getswitchinterval(), sys.gettrace(), sys.getprofile(), threading.gettrace(), threading.getprofile())
for name in ("displayhook", "excepthook", "breakpointhook", "unraisablehook"):
    print(name, getattr(sys, name) is getattr(sys, "__%s__" % name), getattr(sys, name).__name__)
print(threading.excepthook is threading.__excepthook__)
print([sys.monitoring.get_tool(number) for number in range(6)])
print(sys.get_asyncgen_hooks(), sys.get_coroutine_origin_tracking_depth(), sys.getdlopenflags(), sys.get_int_max_str_digits())
import tracemalloc, faulthandler

print(tracemalloc.is_tracing(), faulthandler.is_enabled(), sys.is_stack_trampoline_active())
