# The same with a hook.
# ends: {"stdout": "hook ValueError x None\nafter\n"}
import sys


class C:
    def __del__(self):
        raise ValueError("x")


sys.unraisablehook = lambda u: print("hook", u.exc_type.__name__, u.exc_value, u.err_msg)
C()
print("after")
