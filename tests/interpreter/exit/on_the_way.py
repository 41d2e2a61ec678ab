# An exit that passes `finally`, `with` and functions, all of which say so.
# ends: {"exit_code": 6, "stdout": "body\nfinally\nwith SystemExit\nouter 6\n"}
import contextlib
import sys


@contextlib.contextmanager
def told():
    try:
        yield
    except BaseException as error:
        print("with", type(error).__name__)
        raise


def f():
    try:
        print("body")
        sys.exit(5)
    finally:
        print("finally")
        sys.exit(6)


try:
    with told():
        f()
except SystemExit as error:
    print("outer", error.code)
    raise
