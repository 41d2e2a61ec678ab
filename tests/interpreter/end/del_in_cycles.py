# Circles of objects: those that are garbage already, and those that are named.
import gc

gc.disable()


class C:
    def __init__(self, name):
        self.name, self.other = name, self

    def __del__(self):
        print("del", self.name, self.other.name)


C("garbage")
named = C("named")
one, two = C("one"), C("two")
one.other, two.other = two, one
print("main")
