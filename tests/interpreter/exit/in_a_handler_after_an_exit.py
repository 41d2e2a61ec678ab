# An exit in a handler after an exit with another code.
# ends: {"exit_code": 3, "stderr": {}}
import atexit
import sys

atexit.register(sys.exit, 7)
sys.exit(3)
