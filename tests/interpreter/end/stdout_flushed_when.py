# When the last output is flushed, beside handlers, objects and threads.
# ends: {"stdout": "main\nhandler by hand\nhandler\ndel by hand\nmain's del\n"}
import atexit
import os
import sys


class C:
    def __del__(self, write=os.write):
        print("main's del")
        write(1, b"del by hand\n")


def handler():
    os.write(1, b"handler by hand\n")
    print("handler")


atexit.register(handler)
kept = C()
print("main", flush=True)
