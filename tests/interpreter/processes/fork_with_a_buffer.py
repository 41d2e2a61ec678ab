# What was not flushed before a fork is flushed by both.
# ends: {"stdout": "buffered\nchild\nbuffered\nparent\n"}
import os
import sys

sys.stdout.write("buffered\n")
pid = os.fork()
if pid:
    os.waitpid(pid, 0)
print("parent" if pid else "child")
