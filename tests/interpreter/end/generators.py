# Generators and context managers that are half done.
import contextlib


def numbers(name):
    try:
        yield 1
        yield 2
    finally:
        print("finally", name)


@contextlib.contextmanager
def manager():
    try:
        yield
    except BaseException as error:
        print("manager", type(error).__name__)
        raise
    finally:
        print("manager's finally")


def inside():
    with manager():
        yield


generator = numbers("named")
next(generator)
other = inside()
next(other)
untouched = numbers("untouched")
numbers("gone at once").send(None)
expression = (print("never") for _ in [1])


async def coroutine():
    try:
        await Never()
    finally:
        print("finally of a coroutine")


class Never:
    def __await__(self):
        yield


kept = coroutine()
kept.send(None)
print("main")
