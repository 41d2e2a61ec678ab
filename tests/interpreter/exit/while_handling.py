# An exit while an exception is handled, and an exception while an exit is.
# ends: {"exit_code": {"any": [1, 3]}, "stderr": {}}
# each: ["SystemExit(3)", "ValueError('second')", "KeyboardInterrupt()"]
# as it is
try:
    raise KeyError("first") if "EACH" != "ValueError('second')" else SystemExit(3)
except BaseException:
    if "EACH" == "KeyboardInterrupt()":
        raise SystemExit(3)
    raise EACH
