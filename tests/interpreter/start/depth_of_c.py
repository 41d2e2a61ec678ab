# Calls that go through C and back, which are counted otherwise, in the main thread and in another.
import functools
import threading


class Item:
    def __init__(self, inner):
        self.inner = inner

    def __repr__(self):
        global deepest
        deepest += 1
        return repr(self.inner)


def measure():
    global deepest
    deepest = 0
    item = None
    for _ in range(20000):
        item = Item(item)
    try:
        repr(item)
    except RecursionError as error:
        print(deepest, error)
    while item:
        item = item.inner
    nested = []
    for _ in range(100000):
        nested = [nested]
    try:
        repr(nested)
    except RecursionError as error:
        print(error)
    del nested


import sys

sys.setrecursionlimit(10**6)
measure()
thread = threading.Thread(target=measure)
thread.start()
thread.join()
