# Hooks that fail, exit, or are no hooks.
# ends: {"exit_code": {"any": [0, 1, 5]}, "stderr": {}}
# each: ["None", "lambda *a: 1 / 0", "lambda *a: sys.exit(5)", "print", "sys.__excepthook__", "lambda *a: sys.exit('text')", "lambda: 0"]
import sys

sys.excepthook = EACH
raise KeyError("x")
