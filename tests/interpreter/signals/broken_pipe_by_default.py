# The same for a program that wants the signal.
# ends: {"signal": "SIGPIPE", "stdout": ""}
import os
import signal

signal.signal(signal.SIGPIPE, signal.SIG_DFL)
r, w = os.pipe()
os.dup2(w, 1)
os.close(w)
os.close(r)
print("x", flush=True)
