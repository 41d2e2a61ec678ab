# An exit that is not one in the end.
# ends: {"exit_code": 0, "stdout": "caught 3\nreturned\nend\n"}
import sys

try:
    sys.exit(3)
except SystemExit as error:
    print("caught", error.code)


def f():
    try:
        sys.exit(4)
    finally:
        return "returned"


print(f())
print("end")
