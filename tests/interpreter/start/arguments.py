# Arguments, also those that look like the interpreter's own.
# request: {"args": ["-c", "a b", "", "žluť", "--", "-x"]}
import sys

print(sys.argv, sys.orig_argv)
