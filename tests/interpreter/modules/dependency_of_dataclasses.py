# Files named like what dataclasses imports: it gets them, and fails by most of them.
# each: ["types"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import dataclasses

print("imported")
# === EACH.py ===
print("mine", __name__)
