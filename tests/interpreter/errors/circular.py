# Two modules that import each other.
# ends: {"exit_code": 1, "stderr": {"has": "module 'one' has no attribute 'x' (consider renaming"}}
import one
# === one.py ===
import two

x = 1
# === two.py ===
import one

print(one.x)
