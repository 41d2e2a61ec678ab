# An exception that nobody catches, through several functions.
# ends: {"exit_code": 1, "stderr": {"has": ["Traceback", "line 9, in f", "ZeroDivisionError: division by zero"]}}
print("before")


class C:
    def f(self, n):
        if n == 0:
            return 1 / n
        return (lambda: self.f(n - 1))()


C().f(3)
print("after")
