# The hash of a word is one in a program and its forks, and another in another interpreter.
import os
import subprocess
import sys

r, w = os.pipe()
pid = os.fork()
if pid == 0:
    os.write(w, str(hash("word")).encode())
    os._exit(0)
os.waitpid(pid, 0)
print(int(os.read(r, 40)) == hash("word"))
other = int(subprocess.check_output([sys.executable, "-c", "print(hash('word'))"]))
print(other == hash("word"), sys.flags.hash_randomization, sys.hash_info.algorithm, "PYTHONHASHSEED" in os.environ)
