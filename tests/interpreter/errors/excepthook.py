# Hooks of the program's own, for what nobody caught.
# ends: {"exit_code": 1, "stdout": {"has": "hook ValueError x"}, "stderr": ""}
import sys


def hook(kind, error, trace):
    print("hook", kind.__name__, error, trace.tb_lineno, hasattr(sys, "last_exc"))


sys.excepthook = hook
raise ValueError("x")
