# Files named like what typing imports: it gets them, and fails by most of them.
# each: ["functools"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import typing

print("imported")
# === EACH.py ===
print("mine", __name__)
