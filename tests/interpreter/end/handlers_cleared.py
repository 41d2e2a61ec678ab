# A program that forgets all handlers.
# differs: the handler that makes what was prepared known to the collector again is cleared too
# expect: {"exit_code": 0, "stdout": "main\n"}
# ends: {"stdout": "main\ndel\n"}
import atexit


class C:
    def __del__(self):
        print("del")


atexit.register(print, "never")
atexit._clear()
kept = C()
print("main")
