# Files named like what re imports: it gets them, and fails by most of them.
# each: ["enum"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import re

print("imported")
# === EACH.py ===
print("mine", __name__)
