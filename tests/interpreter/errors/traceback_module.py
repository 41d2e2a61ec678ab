# A traceback as an object.
import sys
import traceback


def f():
    local = 1
    raise ValueError("x")


try:
    f()
except ValueError as error:
    trace = traceback.TracebackException.from_exception(error, capture_locals=True)
    print([(s.filename, s.lineno, s.name, s.line, sorted(k for k in s.locals or () if k in ("local",))) for s in trace.stack])
    print(error.__traceback__.tb_lineno, error.__traceback__.tb_frame.f_back, sys.exception() is error)
print(sys.exc_info())
