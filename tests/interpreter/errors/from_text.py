# Errors in code that was text: no file, no line to show.
# ends: {"exit_code": 1, "stderr": {"has": ["<string>", "<made up>"]}}
import traceback

try:
    exec("def f():\n    1 / 0\nf()")
except ZeroDivisionError:
    traceback.print_exc()
exec(compile("\n\nundefined", "<made up>", "exec"))
