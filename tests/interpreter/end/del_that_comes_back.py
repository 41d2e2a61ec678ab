# Objects that save themselves, and make others when they go.
class C:
    def __init__(self, number):
        self.number = number

    def __del__(self):
        print("del", self.number)
        if self.number < 3:
            globals()["again%d" % self.number] = self
            globals()["new%d" % self.number] = C(self.number + 1)


c = C(0)
print("main")
