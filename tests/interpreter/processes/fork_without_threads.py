# A fork of a program with one thread: nothing to warn of.
import os
import warnings

warnings.simplefilter("error")
pid = os.fork()
if pid == 0:
    print("child", flush=True)
    os._exit(0)
print(os.waitpid(pid, 0)[1])
os.register_at_fork(before=lambda: print("before", flush=True), after_in_child=lambda: print("in child", flush=True), after_in_parent=lambda: print("in parent"))
pid = os.fork()
if pid == 0:
    os._exit(0)
os.waitpid(pid, 0)
