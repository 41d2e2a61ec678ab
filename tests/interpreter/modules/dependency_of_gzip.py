# Files named like what gzip imports: it gets them, and fails by most of them.
# each: ["struct"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import gzip

print("imported")
# === EACH.py ===
print("mine", __name__)
