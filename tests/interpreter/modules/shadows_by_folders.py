# The same with packages.
# each: ["collections", "json", "numpy", "matplotlib", "logging", "asyncio", "email", "importlib", "concurrent", "xml"]
import EACH
import EACH.part

print(EACH.mine, EACH.part.name, EACH.__path__)
# === EACH/__init__.py ===
mine = "mine"
# === EACH/part.py ===
name = __name__
