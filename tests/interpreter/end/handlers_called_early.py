# A program that calls all handlers by itself, and goes on.
# ends: {"stdout": "main\nsecond\nfirst\nstill here\nlast\n"}
import atexit

atexit.register(print, "first")
atexit.register(print, "second")
print("main", flush=True)
atexit._run_exitfuncs()
atexit.register(print, "last")
print("still here", flush=True)
