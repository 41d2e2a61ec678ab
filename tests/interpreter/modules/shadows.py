# A file named like a standard module is the one that is imported.
# each: ["random", "json", "typing", "queue", "re", "enum", "types", "string", "copy", "math", "datetime", "collections", "functools", "itertools", "os", "sys", "time", "io", "abc", "heapq", "bisect", "decimal", "fractions", "statistics", "threading", "logging", "subprocess", "signal", "socket", "asyncio", "numpy", "matplotlib", "pandas", "test", "code", "token", "calendar", "operator", "contextlib", "dataclasses", "tempfile", "uuid", "secrets", "hashlib", "struct", "csv", "site", "sitecustomize", "usercustomize", "warmbox_figures", "main", "runpy", "zipimport", "traceback", "linecache", "keyword", "inspect", "ast", "warnings", "weakref", "pickle", "base64", "platform", "textwrap", "pathlib", "shutil", "glob", "argparse", "array", "atexit", "gc", "_random", "_json"]
# ends: {"stderr": {}}
import EACH

print(getattr(EACH, "mine", "not mine"), EACH.__name__)
# === EACH.py ===
mine = "mine"
print("imported", __name__, __file__)
