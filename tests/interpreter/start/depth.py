# How deep a program may call, to the frame.
import sys


def down(n):
    global deepest
    deepest = n
    down(n + 1)


print(sys.getrecursionlimit())
try:
    down(1)
except RecursionError as error:
    print(deepest, error)
sys.setrecursionlimit(50000)
try:
    down(1)
except RecursionError as error:
    print(deepest, error)
sys.setrecursionlimit(60)
try:
    down(1)
except RecursionError:
    sys.setrecursionlimit(1000)
    print(deepest)
