# Classes of the main module, there and back.
import copy
import pickle


class Point:
    def __init__(self, x):
        self.x = x

    def __eq__(self, other):
        return self.x == other.x


def f():
    pass


data = pickle.dumps([Point(1), f, Point], 4)
print(data)
print(pickle.loads(data)[0] == Point(1), pickle.loads(data)[1] is f, copy.deepcopy(Point(2)).x, Point.__module__, Point)
try:
    pickle.dumps(lambda: 0)
except Exception as error:
    print(type(error).__name__, str(error).split(" at ")[0])
