# Functions that follow the program still follow it at the end.
# differs with libraries: they are imported already, with their handlers for the end, and with logging
# each: ["sys.setprofile", "sys.settrace"]
import atexit
import os
import sys


def follow(frame, event, argument, write=os.write):
    if event in ("call", "return") and not frame.f_code.co_filename.startswith("<frozen"):
        write(1, f"{event} {os.path.basename(frame.f_code.co_filename)} {frame.f_code.co_name}\n".encode())


def f():
    pass


atexit.register(f)
print("main", flush=True)
EACH(follow)
