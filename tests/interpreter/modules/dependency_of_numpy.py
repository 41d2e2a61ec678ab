# Files named like what numpy imports: it gets them, and fails by most of them.
# each: ["pickle", "datetime", "ctypes/__init__", "secrets"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import numpy

print("imported")
# === EACH.py ===
print("mine", __name__)
