# An object that uses other globals when it goes: what of them is still there.
import json
import sys

before = "before"


class Other:
    def __del__(self):
        print("del other", sorted(name for name in globals() if not name.startswith("__")))


class C:
    def __del__(self):
        for name in ("before", "after", "helper", "json", "sys", "C", "other", "first", "__name__", "__file__"):
            value = globals().get(name, "absent")
            print(name, value if value is None or isinstance(value, str) else type(value).__name__)
        try:
            print(helper(json.dumps([1])))
        except Exception as error:
            print(type(error).__name__, error)


def helper(text):
    return "helped " + text + after


first = C()
other = Other()
after = "after"
print("main")
