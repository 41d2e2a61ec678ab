# How deep a thread may call, to the frame.
import sys
import threading


def down(n):
    global deepest
    deepest = n
    down(n + 1)


def f():
    try:
        down(1)
    except RecursionError as error:
        print(deepest, error)


thread = threading.Thread(target=f)
thread.start()
thread.join()
