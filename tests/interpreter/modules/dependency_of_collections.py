# Files named like what collections imports: it gets them, and fails by most of them.
# each: ["keyword", "operator"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import collections

print("imported")
# === EACH.py ===
print("mine", __name__)
