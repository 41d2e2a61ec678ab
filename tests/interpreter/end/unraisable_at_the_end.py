# A hook for what cannot be raised, when the last objects go.
# ends: {"stdout": {"has": "main\n"}, "stderr": {}}
import sys


class C:
    def __del__(self):
        raise ValueError("x")


def hook(unraisable):
    print("hook", unraisable.exc_type.__name__, unraisable.err_msg)


sys.unraisablehook = hook
kept = C()
print("main")
