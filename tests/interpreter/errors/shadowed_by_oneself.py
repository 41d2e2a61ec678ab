# A file named like a standard module hides it: Python says so.
# ends: {"exit_code": 1, "stderr": {"has": "consider renaming '/work/random.py' since it has the same name as the standard library module"}}
import random

print(random.randint(1, 1))
# === random.py ===
import random

print("mine")
print(random.randint(1, 6))
