# Files named like what random imports: it gets them, and fails by most of them.
# each: ["bisect", "warnings", "hashlib"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import random

print("imported")
# === EACH.py ===
print("mine", __name__)
