# Sources that the compiler refuses, each for a reason of its own.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": "Error"}}
# each: ["if True:\nprint(1)", "if True:\n\tx = 1\n        y = 2", "x = 'open", "x = (1,", "return 1", "f'{x!z}'", "a b c", "x = 08", "print 1", "é€ = 1", "def f(): yield\n  x", "from __future__ import nothing", "x = \"\"\"open", "break", "async def f(): await", "nonlocal x", "def f(a, a): 0", "'\\N{nothing}'", "x = 1 +", "(yield) = 1", "from x import *; import", "if x = 1: 0", "\u201cx\u201d"]
# as it is
print("never")
EACH
