# Files named like what concurrent.futures imports: it gets them, and fails by most of them.
# each: ["queue"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import concurrent.futures

print("imported")
# === EACH.py ===
print("mine", __name__)
