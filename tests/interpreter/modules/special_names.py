# Names of a program that import systems use.
__all__ = ["x"]
__path__ = ["/work/odd"]
__version__ = 1
import sys

print(__name__, __spec__, __path__)
try:
    from . import x
except ImportError as error:
    print(error)
try:
    import __main__.inner as inner

    print(inner.x)
except ImportError as error:
    print(error)
# === odd/inner.py ===
x = 1
