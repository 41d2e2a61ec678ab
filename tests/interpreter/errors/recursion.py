# A recursion without end.
# ends: {"exit_code": 1, "stderr": {"has": ["[Previous line repeated", "maximum recursion depth exceeded"]}}
def f(n):
    return f(n + 1)


def g():
    f(0)


g()
