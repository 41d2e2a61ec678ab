# A pool of threads with results, exceptions and names.
import concurrent.futures
import threading


def square(x):
    if x == 3:
        raise ValueError(x)
    return x * x, threading.current_thread().name


with concurrent.futures.ThreadPoolExecutor(1) as pool:
    print(list(pool.map(square, [1, 2])))
    future = pool.submit(square, 3)
    print(repr(future.exception()))
try:
    pool.submit(square, 1)
except RuntimeError as error:
    print(error)
