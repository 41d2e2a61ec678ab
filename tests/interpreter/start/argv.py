# The command line as the program sees it, in its own words and in the interpreter's.
import sys

print(sys.argv, sys.orig_argv, __name__, __file__)
