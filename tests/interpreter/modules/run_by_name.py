# Modules that are run as programs.
# ends: {"stdout": {"has": ["tool __main__", "package main"]}}
import runpy
import sys

result = runpy.run_path("tool.py", run_name="__main__")
print(sorted(name for name in result if not name.startswith("__")), sys.argv)
runpy.run_module("package", run_name="__main__", alter_sys=True)
runpy.run_module("tool")
try:
    runpy.run_path("nothing.py")
except FileNotFoundError as error:
    print(error)
# === tool.py ===
import sys

print("tool", __name__, sys.argv, sys.argv[0], __file__)
x = 1
# === package/__init__.py ===
# === package/__main__.py ===
print("package main", __name__, __package__)
