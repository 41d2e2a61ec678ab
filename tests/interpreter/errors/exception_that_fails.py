# Exceptions that cannot say what they are.
# ends: {"exit_code": 1, "stderr": {"has": "<exception str() failed>"}}
class Bad(Exception):
    def __str__(self):
        raise RuntimeError


class Odd(Exception):
    __module__ = None


try:
    raise Odd("x")
except Odd:
    raise Bad
