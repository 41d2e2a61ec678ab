# Errors in modules of the work folder: at their import, in their functions, in their syntax.
# ends: {"exit_code": 1, "stderr": {"has": ["good.py\", line 2, in fail", "SyntaxError", "KeyError: 'k'"]}}
import good

try:
    import broken
except SyntaxError as error:
    print(error.filename, error.lineno, error.text)
try:
    import fails
except RuntimeError as error:
    print("caught", error, "fails" in __import__("sys").modules)
try:
    good.fail()
except KeyError:
    import broken
# === good.py ===
def fail():
    {}["k"]
# === broken.py ===
x = 1
x = = 2
# === fails.py ===
raise RuntimeError("at import")
