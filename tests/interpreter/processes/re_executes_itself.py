# A program that replaces itself by itself, by the command line that it was started with.
# ends: {"stdout": "first ['python3', 'main.py']\nsecond ['python3', 'main.py']\n"}
import os
import sys

print("second" if "AGAIN" in os.environ else "first", sys.orig_argv, flush=True)
if "AGAIN" not in os.environ:
    os.environ["AGAIN"] = "1"
    os.execvp(sys.orig_argv[0], sys.orig_argv)
