# Children of one program: the generator is copied, unless Python makes it anew.
import os
import random
import sys

parent = os.getpid()
state = random.getstate()
r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(w, b"same" if random.getstate() == state else b"another")
    os._exit(0)
os.waitpid(pid, 0)
print(os.read(r, 10), random.getstate() == state, hash("a") == hash("a"))
random.seed(1)
pid = os.fork()
if pid == 0:
    os.write(w, repr(random.random()).encode())
    os._exit(0)
os.waitpid(pid, 0)
print(os.read(r, 30).decode() == repr(random.random()))
