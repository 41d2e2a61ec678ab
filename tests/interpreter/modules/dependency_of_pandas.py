# Files named like what pandas imports: it gets them, and fails by most of them.
# each: ["numpy"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import pandas

print("imported")
# === EACH.py ===
print("mine", __name__)
