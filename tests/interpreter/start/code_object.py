# The program's own code.
import dis
import sys

code = sys._getframe().f_code
print(code.co_name, code.co_qualname, code.co_firstlineno, code.co_flags, code.co_names[:3], code.co_filename)
dis.dis("x = 1")


def f(a, b=2):
    return a + b


dis.dis(f)
