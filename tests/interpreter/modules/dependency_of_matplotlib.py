# Files named like what matplotlib imports: it gets them, and fails by most of them.
# each: ["typing", "packaging/__init__", "PIL/__init__", "cycler"]
# ends: {"exit_code": {"any": [0, 1]}, "stderr": {}}
import matplotlib

print("imported")
# === EACH.py ===
print("mine", __name__)
