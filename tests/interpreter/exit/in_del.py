# An exit where nothing can be raised.
# ends: {"exit_code": 0, "stdout": "del\nafter\n", "stderr": {"has": "Exception ignored in"}}
import sys


class C:
    def __del__(self):
        print("del")
        sys.exit(3)


c = C()
del c
print("after")
