# Modules that are read again.
import importlib
import json
import random
import sys

import helper

print(helper.x)
with open("helper.py", "w") as file:
    file.write("x = 'a longer value'\n")
print(importlib.reload(helper).x)
print(importlib.reload(json).dumps([1]), importlib.reload(random).__name__)
del sys.modules["json"]
import json as again

print(again is json, again.loads("1"))
# === helper.py ===
x = 1
