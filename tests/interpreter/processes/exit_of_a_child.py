# The end of a child of `multiprocessing` is its own: no handler of its parent's, no objects of theirs.
# ends: {"stdout": {"has": "child\nchild's handler\n"}}
import atexit
import multiprocessing as mp
import os

mp.set_start_method("fork")
parent = os.getpid()
atexit.register(lambda: print("handler", os.getpid() == parent, flush=True))


class C:
    def __del__(self):
        print("del", os.getpid() == parent, flush=True)


def child():
    atexit.register(print, "child's handler", flush=True)
    print("child", flush=True)


kept = C()
process = mp.Process(target=child)
process.start()
process.join()
print(process.exitcode, flush=True)
