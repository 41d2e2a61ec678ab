# What Python guesses that was meant.
# ends: {"exit_code": 1, "stderr": {"has": "Did you mean: 'variable'"}}
import traceback


class C:
    attribute = 1


variable = 1
for code in ("C().atribute", "json.dumps", "from math import squrt", "import maths", "self.x", "pritn", "[].apend(1)", "'a' + 1", "f(1)", "int('x')", "{}['a']", "None.x", "(1)(2)", "open('nothing')", "a, b = 1", "raise 1", "del nothing", "assert variable == 2, 'message'"):
    try:
        exec(code)
    except BaseException:
        print(traceback.format_exc())
varable
