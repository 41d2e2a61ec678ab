# What programs do, for prepared interpreters to learn which memory they need. Run as a program, once in
# every runner; see warmbox_parent.py.
import math
import sys


class Thing:
    def __init__(self, value):
        self.value = value

    def __repr__(self):
        return f"Thing({self.value!r})"


def numbers(limit):
    for number in range(limit):
        yield number * number


things = sorted((Thing(n) for n in numbers(20)), key=lambda thing: -thing.value)
table = {str(thing): thing.value for thing in things}
try:
    table["missing"]
except KeyError as error:
    text = "%s %.3f %s" % (error, math.sqrt(2), ", ".join(table))
text.upper().encode().decode().split(",")
print("done", sum(table.values()), 2.5)

if "numpy" in sys.modules:
    import numpy

    square = numpy.arange(40000.0).reshape(200, 200)
    (square @ square).sum()

if "matplotlib.pyplot" in sys.modules:
    import matplotlib.pyplot as plt

    plt.plot([1, 2, 3], [3, 1, 2], label="line")
    plt.title("title")
    plt.legend()
    plt.savefig("/dev/null", format="png")
    plt.close()
