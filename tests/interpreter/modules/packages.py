# Packages of the work folder in all shapes.
import importlib
import importlib.resources
import pkgutil

import package
import package.sub.deep
from package import sub, value
from package.sub import *
import space.inside

print(value, sub.deep.name, starred, space.__path__, space.__file__ if hasattr(space, "__file__") else None, space.inside.x)
print(package.__file__, package.__spec__.submodule_search_locations, package.__package__, package.__cached__)
print(sorted(m.name for m in pkgutil.iter_modules(["/work"])), [m.name for m in pkgutil.walk_packages(package.__path__, "package.")])
print(importlib.resources.files("package").joinpath("data.txt").read_text())
print(importlib.import_module(".sub", "package") is sub, importlib.reload(package).value, importlib.util.find_spec("package.sub").origin)
import os

print([name for name in os.listdir(".") if "cache" in name])
# === package/__init__.py ===
from .values import value
# === package/values.py ===
value = "a value"
# === package/sub/__init__.py ===
from . import deep
from .. import values

__all__ = ["starred"]
starred, hidden = "starred", "hidden"
# === package/sub/deep.py ===
name = __name__
# === package/data.txt ===
data
# === space/inside.py ===
x = 1
