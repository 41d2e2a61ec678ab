# Files named like what matplotlib.pyplot imports: it gets them, and fails by most of them.
# each: ["PIL/__init__"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import matplotlib.pyplot

print("imported")
# === EACH.py ===
print("mine", __name__)
