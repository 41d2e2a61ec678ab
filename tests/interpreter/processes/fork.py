# Children by fork, each of which ends in another way; buffers are flushed where they should be.
# ends: {"exit_code": 0, "stderr": {"has": ["ValueError: child", "text"]}}
import atexit
import os
import sys

atexit.register(lambda: print("handler", "parent" if os.getpid() == parent else "child"))
parent = os.getpid()
print("buffered", flush=True)
for way in ("normal", "raises", "exits", "exits with text", "at once", "interrupted"):
    pid = os.fork()
    if pid == 0:
        print("in the child", way)
        if way == "raises":
            raise ValueError("child")
        if way == "exits":
            sys.exit(5)
        if way == "exits with text":
            sys.exit("text")
        if way == "at once":
            sys.stdout.flush()
            os._exit(6)
        if way == "interrupted":
            raise KeyboardInterrupt
        break
    print(way, os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]), flush=True)
else:
    print("parent")
