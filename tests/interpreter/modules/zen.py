# Modules that do something when they are imported.
# each: ["this", "__hello__", "__phello__"]
# ends: {"stdout": {}}
import EACH

print("main")
