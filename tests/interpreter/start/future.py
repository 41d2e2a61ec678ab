# Statements that only the compiler sees.
from __future__ import annotations

x: int = undefined_name if False else 1


def f(a: nothing) -> nowhere: ...


print(f.__annotations__, __annotations__, (lambda: 0).__code__.co_flags)
print(eval("__debug__"), compile("1", "", "eval").co_flags)
