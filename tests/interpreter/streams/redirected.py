# Output that goes elsewhere for a while.
import contextlib
import io
import os
import sys

target = io.StringIO()
with contextlib.redirect_stdout(target), contextlib.redirect_stderr(target):
    print("out")
    print("err", file=sys.stderr)
print(repr(target.getvalue()))
saved = os.dup(1)
sys.stdout.flush()
os.dup2(os.open("file", os.O_WRONLY | os.O_CREAT), 1)
print("to the file")
sys.stdout.flush()
os.dup2(saved, 1)
print("back", repr(open("file").read()))
print("none", file=None)
print("to the file", file=open("file", "w"))
print(repr(open("file").read()))
