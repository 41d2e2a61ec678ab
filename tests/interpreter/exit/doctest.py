# Examples in a docstring.
# ends: {"exit_code": 0, "stdout": {"has": "***Test Failed*** 1 failure"}}
import doctest


def f(x):
    """
    >>> f(1)
    2
    >>> f(2)
    4
    """
    return x + 1


print(doctest.testmod())
