# Objects in modules of the work folder: the order in which modules go, and what they see then.
import one
import two


class C:
    def __del__(self):
        print("del of main", one and one.name, two and two.name)


kept = C()
print("main")
# === one.py ===
name = "one"


class C:
    def __del__(self):
        print("del of one", name)


kept = C()
# === two.py ===
import one

name = "two"


class D(one.C):
    def __del__(self):
        print("del of two", name, one and one.name, one and type(one.kept).__name__)


kept = D()
