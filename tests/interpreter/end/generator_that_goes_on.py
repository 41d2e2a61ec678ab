# A generator that will not be closed.
# ends: {"stdout": {"has": "main\n"}, "stderr": {"has": "generator ignored GeneratorExit"}}
def stubborn():
    while True:
        try:
            yield 1
        except GeneratorExit:
            print("no")
            yield 2
            break


class Plain:
    pass


generator = stubborn()
next(generator)
print("main")
