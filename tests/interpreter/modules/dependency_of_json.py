# Files named like what json imports: it gets them, and fails by most of them.
# each: ["collections/__init__", "re"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import json

print("imported")
# === EACH.py ===
print("mine", __name__)
