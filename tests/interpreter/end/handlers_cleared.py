# A program that forgets all handlers.
# ends: {"stdout": "main\ndel\n"}
import atexit


class C:
    def __del__(self):
        print("del")


atexit.register(print, "never")
atexit._clear()
kept = C()
print("main")
