# The same interpreter with the same libraries: what is compared is comparable.
import importlib.metadata
import sys

print(sys.version, sys.version_info)
for name in ("numpy", "pandas", "scipy", "matplotlib", "sympy", "pillow"):
    print(name, importlib.metadata.version(name))
