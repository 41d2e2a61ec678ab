# Files named like what copy imports: it gets them, and fails by most of them.
# each: ["weakref"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import copy

print("imported")
# === EACH.py ===
print("mine", __name__)
