# Handlers that raise: told, and the others are called.
# ends: {"exit_code": 0, "stdout": "main\nthird\nfirst\n", "stderr": {"has": ["Exception ignored in atexit callback", "ZeroDivisionError", "KeyError"]}}
import atexit


class Fails:
    def __init__(self, error):
        self.error = error

    def __call__(self):
        raise self.error

    def __repr__(self):
        return "<fails>"


atexit.register(print, "first")
atexit.register(Fails(ZeroDivisionError("x")))
atexit.register(Fails(KeyError("y")))
atexit.register(print, "third")
print("main")
