# Goodbyes that fail.
# ends: {"stdout": "main\n", "stderr": {"has": ["Exception ignored in: <mine>", "ZeroDivisionError", "KeyError"]}}
class Mine:
    def __init__(self, error):
        self.error = error

    def __call__(self):
        raise self.error

    def __repr__(self):
        return "<mine>"


class A:
    __del__ = Mine(ZeroDivisionError("zero"))


class B:
    __del__ = Mine(KeyError("key"))


a, b = A(), B()
print("main")
