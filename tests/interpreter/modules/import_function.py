# An import function of the program's own.
# ends: {"stdout": {"has": "import helper"}}
import builtins

plain = builtins.__import__


def mine(name, *args, **named):
    if name in ("helper", "inner"):
        print("import", name)
    return plain(name, *args, **named)


builtins.__import__ = mine
import helper
# === helper.py ===
import inner
# === inner.py ===
