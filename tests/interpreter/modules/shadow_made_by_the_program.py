# A file named like a standard module that the program writes before it imports it.
# each: ["queue"]
# ends: {"stdout": "mine EACH\n"}
with open("EACH.py", "w") as file:
    file.write("print('mine', __name__)\n")
import EACH
