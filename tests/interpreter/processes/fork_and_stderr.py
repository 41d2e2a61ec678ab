# What a parent has not flushed is not its child's to write because of a message.
# ends: {"stdout": "buffered\nparent\n", "stderr": "from the child\n"}
import os
import sys

sys.stdout.write("buffered\n")
pid = os.fork()
if pid == 0:
    print("from the child", file=sys.stderr)
    os._exit(0)
os.waitpid(pid, 0)
print("parent")
