# What cannot be raised: told on standard error, and the program goes on.
# ends: {"stdout": "after\n", "stderr": {"has": ["Exception ignored in: <mine>", "ValueError: x"]}}
class Mine:
    def __call__(self):
        raise ValueError("x")

    def __repr__(self):
        return "<mine>"


class C:
    __del__ = Mine()


C()
print("after")
