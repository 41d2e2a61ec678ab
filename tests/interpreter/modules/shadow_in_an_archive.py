# The same in an archive.
# each: ["random", "json", "queue", "numpy"]
# ends: {"stdout": "mine EACH\n"}
import sys

with open("archive.zip", "wb") as file:
    import zipfile

    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("EACH.py", "print('mine', __name__)\n")
sys.modules.pop("EACH", None)
sys.path.insert(0, "archive.zip")
import EACH
