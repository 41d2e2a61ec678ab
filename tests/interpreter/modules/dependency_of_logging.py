# Files named like what logging imports: it gets them, and fails by most of them.
# each: ["string"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import logging

print("imported")
# === EACH.py ===
print("mine", __name__)
