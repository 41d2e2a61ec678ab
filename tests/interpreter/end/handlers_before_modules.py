# A handler that is older than the import of a module with a handler of its own: that one is called first.
# differs with libraries: they are imported already, with their handlers for the end, and with logging
# ends: {"stdout": "main\nclosed\nhandler\n"}
import atexit

atexit.register(print, "handler")
import logging


class Handler(logging.Handler):
    def close(self):
        print("closed")
        super().close()


logging.getLogger().addHandler(Handler())
del Handler
print("main")
