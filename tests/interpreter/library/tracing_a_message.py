# A function that follows every call of a program sees only the program's own and Python's.
# differs: standard error's write is ours, and a call like any other
# expect: {"exit_code": 0, "stdout": {"has": "call getpid"}, "stderr": "message\n"}
# ends: {"stdout": "", "stderr": "message\n"}
import sys

seen = []


def follow(frame, event, argument):
    if event in ("call", "c_call"):
        seen.append((event, getattr(argument, "__name__", frame.f_code.co_name)))


sys.setprofile(follow)
sys.stderr.write("message\n")
sys.setprofile(None)
print(*["call getpid"] * (("c_call", "getpid") in seen), end="")
