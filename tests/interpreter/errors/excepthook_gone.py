# A program without a hook, and one without standard error.
# ends: {"exit_code": 1, "stdout": "", "stderr": {}}
# each: ["del sys.excepthook", "sys.stderr = None", "del sys.stderr", "sys.stderr.close()", "sys.tracebacklimit = 1", "sys.tracebacklimit = 0", "sys.stderr = sys.stdout = None", "sys.stderr.reconfigure(encoding='ascii')"]
import sys

EACH


def f():
    raise KeyError("é", "\udc80")


f()
