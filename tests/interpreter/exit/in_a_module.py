# A module that exits while it is imported.
# ends: {"exit_code": 5, "stdout": "module\n"}
import leaves

print("never")
# === leaves.py ===
import sys

print("module")
sys.exit(5)
