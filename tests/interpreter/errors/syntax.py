# Source that is none.
# ends: {"exit_code": 1, "stdout": "", "stderr": {"has": ["SyntaxError", "main.py\", line 5"]}}
# as it is
print("never")
def f(:
    pass
