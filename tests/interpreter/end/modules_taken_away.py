# Programs that have meddled with the list of modules.
# differs with libraries: they are imported already, with their handlers for the end, and with logging
# ends: {"exit_code": {"any": [0, 1]}, "stdout": {"has": "main\n"}, "stderr": {}}
# each: ["del sys.modules['__main__']", "sys.modules.clear()", "sys.modules['os'] = None", "del sys.modules['sys']", "sys.modules['__main__'] = 5", "sys.modules = {}", "del sys.modules['builtins']", "del sys.modules['threading']", "del sys.modules['atexit'], atexit", "sys.modules['gc'] = 5", "sys.modules['atexit'] = 5"]
import atexit
import sys
import threading


class C:
    def __del__(self, print=print):
        print("del")


kept = C()
atexit.register(print, "handler")
EACH
print("main")
