# A file named like a module that was imported before the program began.
# differs: modules that programs import most are imported already
# expect: {"exit_code": 0, "stdout": ""}
# each: ["random", "json", "typing", "numpy", "matplotlib", "decimal"]
# ends: {"stdout": "mine EACH\n"}
with open("EACH.py", "w") as file:
    file.write("print('mine', __name__)\n")
import EACH
