# Several such objects under names of all kinds.
class C:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


b = C("b")
_private = C("_private")
a = C("a")
__dunder__ = C("__dunder__")
Z = C("Z")
items = [C("in a list"), C("in it too")]
table = {"k": C("in a table")}
C.attribute = C("of its own class")
print("main")
