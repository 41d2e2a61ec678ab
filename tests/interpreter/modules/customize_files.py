# Files that Python looks for at its start, but not in the work folder.
# ends: {"stdout": "main\n"}
print("main")
# === sitecustomize.py ===
print("sitecustomize of the work folder")
# === usercustomize.py ===
print("usercustomize of the work folder")
# === python.pth ===
import sys; print("pth")
# === __init__.py ===
print("package")
# === __main__.py ===
print("main of the folder")
# === pyvenv.cfg ===
home = /nowhere
