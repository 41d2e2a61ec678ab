# A file named like a standard module in a folder that the program puts on its path.
# each: ["random", "json", "typing", "queue", "numpy", "matplotlib", "re"]
# ends: {"stdout": "mine EACH /work/lib/EACH.py\n"}
import sys

sys.path.insert(0, "/work/lib")
import EACH
# === lib/EACH.py ===
print("mine", __name__, __file__)
