# Handlers of a module of the work folder, which then is no longer held by anything else.
# ends: {"stdout": "main\nmodule's value\n"}
import sys

import helper

del sys.modules["helper"], helper
print("main")
# === helper.py ===
import atexit

value = "module's value"


@atexit.register
def f():
    print(value)
