# Objects in the frames of an exception that ended the program.
# ends: {"exit_code": 1, "stdout": {"has": "del"}, "stderr": {"has": "ValueError: x"}}
class C:
    def __init__(self, name):
        self.name = name

    def __del__(self):
        print("del", self.name)


def f():
    local = C("local")
    raise ValueError("x")


named = C("global")
f()
