# Files named like what decimal imports: it gets them, and fails by most of them.
# each: ["numbers"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import decimal

print("imported")
# === EACH.py ===
print("mine", __name__)
