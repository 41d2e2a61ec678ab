# A finder of the program's own, before all others, sees what is imported first.
# differs: modules that programs import most are imported already
# expect: {"exit_code": 0, "stdout": "asked for queue\n"}
# ends: {"stdout": {"has": "asked for random\n"}}
import sys


class Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name in ("random", "json", "queue", "numpy", "decimal"):
            print("asked for", name)


sys.meta_path.insert(0, Finder)
import queue
import random
import decimal
import json
